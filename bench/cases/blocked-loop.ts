import { setImmediate } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import type { Case } from '../case.js'

const periodMs = 1
/** At the full rate, whatever it costs here: cost is measured by other cases. */
const sampling = { periodMs, whenIdle: 'sample', maxOverheadPercent: 0 } as const
const sliceMs = 50
const durationMs = 3000

/** How many of the samples that were due at 1 kHz were taken while the event loop was blocked in slices of 50 ms. */
export const blockedLoop: Case = {
  name: 'blocked-loop',
  title: 'Samples taken at 1 kHz while the event loop is blocked in 50 ms slices',
  variants: ['native', 'js'],
  repeats: 5,
  async run(variant) {
    using monitor = createMonitor({ ...sampling, backend: variant as 'native' | 'js' }).start()
    await setImmediate()
    const begin = performance.now()
    while (performance.now() - begin < durationMs) {
      const slice = performance.now()
      while (performance.now() - slice < sliceMs);
      await setImmediate()
    }
    const stats = monitor.between(begin, performance.now())
    return [
      { metric: 'samples taken', value: (100 * stats.samples * periodMs) / stats.durationMs, unit: '% of due' },
      { metric: 'longest gap', value: stats.maxGapMs, unit: 'ms' },
    ]
  },
}

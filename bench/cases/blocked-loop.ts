import { setImmediate } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { amount, type Case } from '../case.js'
import { IntervalSampler } from '../load/interval-sampler.js'

const periodMs = 1
/** At the full rate, whatever it costs here: cost is measured by other cases. */
const sampling = { periodMs, whenIdle: 'sample', maxOverheadPercent: 0 } as const
const sliceMs = 50
const durationMs = amount(3000)

/** How many of the samples that were due at 1 kHz were taken while the event loop was blocked in slices of 50 ms. */
export const blockedLoop: Case = {
  name: 'blocked-loop',
  title: 'Samples taken at 1 kHz while the event loop is blocked in 50 ms slices',
  variants: ['native', 'js'],
  repeats: 5,
  async run(variant) {
    const { samples, maxGapMs } = variant === 'native' ? await natively() : await byInterval()
    return [
      { metric: 'samples taken', value: (100 * samples * periodMs) / durationMs, unit: '% of due' },
      { metric: 'longest gap', value: maxGapMs, unit: 'ms' },
    ]
  },
}

/** Samples for as long as the loop is blocked; `samples` are those of `durationMs`. */
interface Sampled {
  samples: number
  maxGapMs: number
}

async function natively(): Promise<Sampled> {
  using monitor = createMonitor({ ...sampling, backend: 'native' }).start()
  const [begin, end] = await blockLoop()
  const stats = monitor.between(begin, end)
  return { samples: (stats.samples * durationMs) / stats.durationMs, maxGapMs: stats.maxGapMs }
}

async function byInterval(): Promise<Sampled> {
  const sampler = new IntervalSampler(periodMs)
  const [begin, end] = await blockLoop()
  sampler.stop()
  const times = sampler.rows.map(([timeMs]) => timeMs).filter((time) => time >= begin && time <= end)
  const gaps = [...times, end].map((time, i) => time - (times[i - 1] ?? begin))
  return { samples: (times.length * durationMs) / (end - begin), maxGapMs: Math.max(...gaps) }
}

/** From when to when it was blocked. */
async function blockLoop(): Promise<[number, number]> {
  await setImmediate()
  const begin = performance.now()
  while (performance.now() - begin < durationMs) {
    const slice = performance.now()
    while (performance.now() - slice < sliceMs);
    await setImmediate()
  }
  return [begin, performance.now()]
}

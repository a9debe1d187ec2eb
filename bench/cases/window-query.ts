import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { type Case, median } from '../case.js'

const queries = 5000

/** What a window costs by its length, everything included that `between` answers; sampled at 10 kHz. */
export const windowQuery: Case = {
  name: 'window-query',
  title: 'Time of one `between()` by the length of the window, percentiles included, at 10 kHz',
  variants: ['native'],
  repeats: 3,
  async run() {
    using monitor = createMonitor({
      backend: 'native',
      periodMs: 0.1,
      historyMs: 60_000,
      whenIdle: 'sample',
      maxOverheadPercent: 0,
    }).start()
    await sleep(12_000)
    const end = performance.now()
    await sleep(300) // a window that has just ended costs a fresh reading of the counters on top
    return [100, 1000, 10_000, 100_000].map((samples) => {
      const length = samples * 0.1
      const times: number[] = []
      for (let round = 0; round < 9; round++) {
        const begin = performance.now()
        // Nearby windows, so that not the same memory answers each time.
        for (let i = 0; i < queries; i++) monitor.between(end - length - (i % 50) * 0.013, end + (i % 30) * 0.07)
        times.push(((performance.now() - begin) / queries) * 1000)
      }
      return { metric: `${samples} samples`, value: median(times), unit: 'µs' }
    })
  },
}

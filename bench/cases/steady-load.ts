import { createMonitor } from 'spanmeter'
import { amount, type Case, type Metric, quantile } from '../case.js'
import { sampleGetrusage } from '../load/rusage-worker.js'

const durationMs = amount(3000)

/** Per-sample CPU of the process while one thread uses exactly one core, sampled each millisecond: truth is 100 %. */
export const steadyLoad: Case = {
  name: 'steady-load',
  title: 'Process CPU per 1 ms sample while one thread is at a steady 100 %',
  variants: ['native', 'getrusage'],
  repeats: 5,
  async run(variant) {
    const percents = variant === 'native' ? sampleNatively() : (await sampleGetrusage(spin)).percent
    const at = (metric: string, share: number): Metric => ({ metric, value: quantile(percents, share), unit: '%' })
    return [at('p1', 0.01), at('p10', 0.1), at('p50', 0.5), at('p90', 0.9), at('p99', 0.99)]
  },
}

function spin(): void {
  const begin = performance.now()
  while (performance.now() - begin < durationMs);
}

function sampleNatively(): Float64Array {
  using monitor = createMonitor({ periodMs: 1, backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
  const begin = performance.now()
  spin()
  // The first piece begins before the spinning did.
  return monitor.samples(begin, performance.now()).cpu.avg.subarray(1)
}

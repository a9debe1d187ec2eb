import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createMonitor } from 'spanmeter'
import { type Case, type Metric, quantile } from '../case.js'

const durationMs = 3000

/** Per-sample CPU of the process while one thread uses exactly one core, sampled each millisecond: truth is 100 %. */
export const steadyLoad: Case = {
  name: 'steady-load',
  title: 'Process CPU per 1 ms sample while one thread is at a steady 100 %',
  variants: ['native', 'getrusage'],
  repeats: 5,
  async run(variant) {
    const percents = variant === 'native' ? sampleNatively() : await sampleGetrusage()
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

/** What a careful user could do today: a thread of its own that reads process.cpuUsage(), that is getrusage(2). */
async function sampleGetrusage(): Promise<Float64Array> {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(rusageSampler, { eval: true, workerData: state })
  await once(worker, 'online')
  spin()
  Atomics.store(state, 0, 1)
  const [percents] = (await once(worker, 'message')) as [Float64Array]
  return percents
}

const rusageSampler = `
const { parentPort, workerData: state } = require('node:worker_threads')
const percents = []
let { user, system } = process.cpuUsage()
let time = performance.now()
while (Atomics.load(state, 0) === 0) {
  Atomics.wait(state, 0, 0, 1)
  const usage = process.cpuUsage()
  const now = performance.now()
  percents.push((usage.user + usage.system - user - system) / 10 / (now - time))
  user = usage.user
  system = usage.system
  time = now
}
parentPort.postMessage(Float64Array.from(percents))
`

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface RusageSamples {
  /** When each sample was taken, by `process.hrtime()`. */
  timeMs: Float64Array
  /** CPU of the process since the sample before, in % of one core. */
  percent: Float64Array
}

/** What a careful user could do today: a thread of its own that reads process.cpuUsage(), that is getrusage(2). */
export async function sampleGetrusage(work: () => void | Promise<void>): Promise<RusageSamples> {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(sampler, { eval: true, workerData: state })
  await once(worker, 'online')
  await work()
  Atomics.store(state, 0, 1)
  const [samples] = (await once(worker, 'message')) as [RusageSamples]
  return samples
}

const sampler = `
const { parentPort, workerData: state } = require('node:worker_threads')
const timeMs = []
const percent = []
const clock = () => Number(process.hrtime.bigint()) / 1e6
let { user, system } = process.cpuUsage()
let time = clock()
while (Atomics.load(state, 0) === 0) {
  Atomics.wait(state, 0, 0, 1)
  const usage = process.cpuUsage()
  const now = clock()
  timeMs.push(now)
  percent.push((usage.user + usage.system - user - system) / 10 / (now - time))
  user = usage.user
  system = usage.system
  time = now
}
parentPort.postMessage({ timeMs: Float64Array.from(timeMs), percent: Float64Array.from(percent) })
`

import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import pidusage from 'pidusage'
import { IntervalSampler } from './interval-sampler.js'

/** A sampler of CPU and resident memory at work: how many samples it has taken so far, and its end. */
export interface Running {
  taken(): number
  stop(): Promise<unknown> | undefined
}

/** What users have today inside a Node process, each asked for a sample every `periodMs`. */
export const jsSamplers = {
  'setInterval sampler': (periodMs) => {
    const sampler = new IntervalSampler(periodMs)
    return { taken: () => sampler.rows.length, stop: () => void sampler.stop() }
  },

  'sampler in a worker': (periodMs) => {
    const state = new Int32Array(new SharedArrayBuffer(8))
    const worker = new Worker(workerSource, { eval: true, workerData: { state, periodMs } })
    return {
      taken: () => Atomics.load(state, 1),
      stop: () => {
        Atomics.store(state, 0, 1)
        return new Promise((done) => worker.once('exit', done))
      },
    }
  },

  pidusage: (periodMs) => inTurn(periodMs, () => pidusage(process.pid)),

  'host-metrics': (periodMs) => {
    const reader = new ManualReader()
    const meterProvider = new MeterProvider({ readers: [reader] })
    new HostMetrics({ meterProvider, metricGroups: ['process.cpu', 'process.memory'] }).start()
    return inTurn(periodMs, () => reader.collect())
  },
} satisfies Record<string, (periodMs: number) => Running>

/** The smallest interval of the periodic one is a second in practice: this one collects when it is asked to. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A sample at each tick of a timer, unless the one before is still on its way. */
function inTurn(periodMs: number, sample: () => Promise<unknown>): Running {
  let taken = 0
  let pending: Promise<unknown> | undefined
  const timer = setInterval(() => {
    pending ??= sample().finally(() => {
      taken++
      pending = undefined
    })
  }, periodMs)
  return {
    taken: () => taken,
    stop: async () => {
      clearInterval(timer)
      await pending
      await sleep(0)
    },
  }
}

const workerSource = `
const { workerData: { state, periodMs } } = require('node:worker_threads')
const rows = []
for (let due = performance.now(); Atomics.load(state, 0) === 0; ) {
  due = Math.max(due + periodMs, performance.now())
  Atomics.wait(state, 0, 0, due - performance.now())
  const { user, system } = process.cpuUsage()
  rows.push([performance.now(), user + system, process.memoryUsage.rss()])
  Atomics.add(state, 1, 1)
}
`

import { setImmediate as turn } from 'node:timers/promises'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { type Case, type Metric, quantile } from '../case.js'
import { truth } from '../load/bursts.js'
import { loadAddon } from '../native.js'

const lengthsMs = [0.3, 1, 5, 50]
const spansOfEach = 200
/** Of the thread beside it: sleeps and spins in turn, in ms. */
const bursts = [7, 13]
const periodMs = 1

/** Both ends of each span derived, as in a service that is too busy to read clocks, against the threads' own clocks. */
export const edgeError: Case = {
  name: 'edge-error',
  title: `Error of the CPU of spans whose edges are derived, sampled each ${periodMs} ms`,
  variants: ['alone', 'beside a thread that bursts'],
  repeats: 3,
  async run(variant) {
    const addon = loadAddon()
    using monitor = createMonitor({
      periodMs,
      maxOverheadPercent: 0,
      maxSpanOverheadPercent: 0.001,
      whenIdle: 'sample',
    })
    const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor({ monitor })] })
    const tracer = provider.getTracer('bench')
    const totalMs = spansOfEach * lengthsMs.reduce((sum, ms) => sum + 1.2 * ms, 0)
    if (variant !== 'alone') addon.startBurner(plan(totalMs))
    const offset = monotonicOffset()
    const spans: { lengthMs: number; from: number; to: number; ownMs: number; toldMs: number }[] = []
    for (let i = 0; i < spansOfEach; i++) {
      for (const lengthMs of lengthsMs) {
        const from = performance.now()
        const before = addon.threadCpu()
        const span = tracer.startSpan('span')
        while (performance.now() - from < lengthMs);
        span.end()
        const ownMs = addon.threadCpu() - before
        const to = performance.now()
        const toldMs = (span as unknown as ReadableSpan).attributes['resource.cpu.time_ms'] as number
        spans.push({ lengthMs, from: from + offset, to: to + offset, ownMs, toldMs })
        await turn()
      }
    }
    const log = variant === 'alone' ? undefined : addon.takeBursts()
    await provider.shutdown()
    return lengthsMs.flatMap((lengthMs): Metric[] => {
      const errors = spans
        .filter((span) => span.lengthMs === lengthMs)
        .flatMap(({ from, to, ownMs, toldMs }) => {
          const others = log === undefined ? 0 : truth(log, from, to)
          return others === undefined ? [] : [Math.abs(toldMs - ownMs - others)]
        })
      return [
        { metric: `${lengthMs} ms, p50`, value: 1000 * quantile(errors, 0.5), unit: 'µs' },
        { metric: `${lengthMs} ms, p95`, value: 1000 * quantile(errors, 0.95), unit: 'µs' },
      ]
    })
  },
}

function plan(totalMs: number): Float64Array {
  const times: number[] = []
  for (let sum = 0; sum < totalMs; sum += bursts[0]! + bursts[1]!) times.push(...bursts)
  return Float64Array.from(times)
}

/** From performance.now() to CLOCK_MONOTONIC, in ms. */
function monotonicOffset(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now()
}

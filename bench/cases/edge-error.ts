import { setImmediate as turn } from 'node:timers/promises'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { amount, type Case, type Metric, quantile } from '../case.js'
import { truth } from '../load/bursts.js'
import { loadAddon } from '../native.js'

const lengthsMs = [0.3, 1, 5, 50]
const spansOfEach = amount(200)
/** Of the thread beside it: sleeps and spins in turn, in ms. */
const bursts = [7, 13]
const periodMs = 1

/** A moment, and what the JavaScript thread had used then. */
interface Instant {
  time: number
  cpuMs: number
}
type Interval = readonly [Instant, Instant]

interface Measured {
  lengthMs: number
  inside: Interval
  around: Interval
  /** What the span says. */
  cpuMs: number
}

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
    const now = (): Instant => ({ time: performance.now(), cpuMs: addon.threadCpu() })
    const spans: Measured[] = []
    for (let i = 0; i < spansOfEach; i++) {
      for (const lengthMs of lengthsMs) {
        // Starting and ending a span is within it in part: the truth lies between what the thread used inside and around.
        const outerBegin = now()
        const span = tracer.startSpan('span')
        const innerBegin = now()
        while (performance.now() - innerBegin.time < lengthMs);
        const innerEnd = now()
        span.end()
        const outerEnd = now()
        const cpuMs = (span as unknown as ReadableSpan).attributes['resource.cpu.time_ms'] as number
        spans.push({ lengthMs, inside: [innerBegin, innerEnd], around: [outerBegin, outerEnd], cpuMs })
        await turn()
      }
    }
    const log = variant === 'alone' ? undefined : addon.takeBursts()
    await provider.shutdown()
    /** By both threads; undefined where the burner was preempted. */
    const usedIn = ([begin, end]: Interval): number | undefined => {
      const others = log === undefined ? 0 : truth(log, begin.time + offset, end.time + offset)
      return others === undefined ? undefined : end.cpuMs - begin.cpuMs + others
    }
    return lengthsMs.flatMap((lengthMs): Metric[] => {
      const errors = spans
        .filter((span) => span.lengthMs === lengthMs)
        .flatMap(({ inside, around, cpuMs }) => {
          const [least, most] = [usedIn(inside), usedIn(around)]
          return least === undefined || most === undefined ? [] : [Math.max(0, least - cpuMs, cpuMs - most)]
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

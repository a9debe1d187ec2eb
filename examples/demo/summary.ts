import type { DecodedSpan } from './otlp-decode'
import { maximum, mean, percentile, sum } from './statistics'

/** What one sampler says about a route's spans; the prefix says whose attributes these are. */
export interface SamplerSummary {
  cpuAvg: number | undefined
  cpuMax: number | undefined
  /** Of the whole process during the span, and of the span itself on the JavaScript thread. */
  cpuTimeMs: number | undefined
  selfMs: number | undefined
  memoryMaxMb: number | undefined
  /** Mean per span. */
  samples: number | undefined
  totalSamples: number
  /** Spans in which this sampler took none at all. */
  spansWithoutSample: number
  cpuBound: number
}

export interface RouteSummary {
  route: string
  spans: number
  p50Ms: number | undefined
  p95Ms: number | undefined
  native: SamplerSummary
  js: SamplerSummary
}

const SERVER = 2

export function spansOfRoute(spans: readonly DecodedSpan[], route: string): DecodedSpan[] {
  return spans.filter((span) => span.kind === SERVER && span.attributes['http.route'] === route)
}

export function summarize(spans: readonly DecodedSpan[], route: string): RouteSummary {
  const own = spansOfRoute(spans, route)
  const durations = own.map((span) => span.durationMs)
  return {
    route,
    spans: own.length,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
    native: summarizeSampler(own, 'resource'),
    js: summarizeSampler(own, 'js'),
  }
}

function summarizeSampler(spans: readonly DecodedSpan[], prefix: string): SamplerSummary {
  const values = (name: string): number[] =>
    spans.map((span) => span.attributes[`${prefix}.${name}`]).filter((value) => typeof value === 'number')
  const samples = values('samples')
  return {
    cpuAvg: mean(values('cpu.avg')),
    cpuMax: maximum(values('cpu.max')),
    cpuTimeMs: mean(values('cpu.time_ms')),
    selfMs: mean(values('cpu.self_ms')),
    memoryMaxMb: maximum(values('memory.max_mb')),
    samples: mean(samples),
    totalSamples: sum(samples),
    spansWithoutSample: samples.filter((count) => count === 0).length,
    cpuBound: spans.filter((span) => span.attributes[`${prefix}.cpu_bound`] === true).length,
  }
}

/** How many spans shared a part of their time with another one. */
export function overlapping(spans: readonly DecodedSpan[]): number {
  const meets = (a: DecodedSpan, b: DecodedSpan): boolean =>
    a !== b && a.startMs < b.startMs + b.durationMs && b.startMs < a.startMs + a.durationMs
  return spans.filter((span) => spans.some((other) => meets(span, other))).length
}

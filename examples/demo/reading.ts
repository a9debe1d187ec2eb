import type { MonitorHealth } from 'spanmeter'
import type { DecodedSpan } from './otlp-decode'
import { sum } from './statistics'
import { overlapping, type RouteSummary } from './summary'
import { decimal } from './table'

/** How to read the table, in sentences made from its numbers. */
export function reading(rows: readonly RouteSummary[], spans: readonly DecodedSpan[], health: MonitorHealth): string[] {
  const row = (route: string): RouteSummary | undefined => rows.find((row) => row.route === route && row.spans > 0)
  return [
    health.backend === 'js' ? fallback(health) : undefined,
    apply(row('/block'), blocked),
    apply(row('/wait'), waited),
    severalCores(rows),
    total(rows),
    spans.length > 0 ? shared(spans) : undefined,
  ].filter((line) => line !== undefined)
}

function fallback({ backendReason }: MonitorHealth): string {
  return (
    `No native sampler on this machine (${backendReason ?? 'no reason given'}): both sides of the table come ` +
    `from JavaScript timers, and the lines below compare two of these.`
  )
}

function blocked({ spans, p50Ms, native, js }: RouteSummary): string | undefined {
  if (native.samples === undefined || js.samples === undefined) return undefined
  const none = js.spansWithoutSample > 0 ? `; in ${js.spansWithoutSample} of ${spans} spans it took none` : ''
  return (
    `/block holds the event loop for ${decimal(p50Ms, 0)} ms. In that time a timer in JavaScript took ` +
    `${decimal(js.samples, 1)} samples${none}. The native thread took ${decimal(native.samples, 1)}.`
  )
}

function waited({ p50Ms, native }: RouteSummary): string | undefined {
  if (native.cpuTimeMs === undefined || native.selfMs === undefined) return undefined
  return (
    `/wait typically lasts ${decimal(p50Ms, 0)} ms and asks for no work but answering. On average the process used ` +
    `${decimal(native.cpuTimeMs, 1)} ms of CPU meanwhile; ${decimal(native.selfMs, 1)} ms of that were its own.`
  )
}

/** The JavaScript thread alone cannot use more than one core, so anything above 100 % has other threads in it. */
function severalCores(rows: readonly RouteSummary[]): string | undefined {
  const above = rows.filter((row) => (row.native.cpuAvg ?? 0) > 110)
  if (above.length === 0) return undefined
  const list = above.map((row) => `${row.route} ${decimal(row.native.cpuAvg, 0)} %`).join(', ')
  return (
    `Above 100 % means more than one core at once, the JavaScript thread and libuv's pool together: on average ` +
    `${list}.`
  )
}

function total(rows: readonly RouteSummary[]): string | undefined {
  const native = sum(rows.map((row) => row.native.totalSamples))
  const js = sum(rows.map((row) => row.js.totalSamples))
  if (native === 0) return undefined
  return (
    `Both samplers were asked for one sample per millisecond. Over all spans the JavaScript timer took ${js}, ` +
    `the native thread ${native}: ${decimal((100 * js) / native, 0)} %.`
  )
}

function shared(spans: readonly DecodedSpan[]): string {
  return (
    `All cpu and memory are those of the whole process during the span, and ${overlapping(spans)} of ` +
    `${spans.length} spans overlapped another request. Own cpu is what the JavaScript thread ran for the span alone; ` +
    `what its work in libuv's thread pool took is not in it.`
  )
}

function apply<T>(value: T | undefined, sentence: (value: T) => string | undefined): string | undefined {
  return value === undefined ? undefined : sentence(value)
}

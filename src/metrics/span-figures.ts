import type { EssentialStats } from '../monitor.js'
import { isKnown, type SpanShare } from '../otel/attributes.js'
import type { HistogramName } from './table.js'

/** Records what a span cost in each histogram that it has a value for, in the unit of the histogram. */
export function recordSpanFigures(
  stats: EssentialStats,
  { own }: SpanShare,
  record: (metric: HistogramName, value: number) => void,
): void {
  const { thread, memory } = stats
  if (isKnown(stats)) record('spanmeter.span.cpu.time', stats.cpu.timeMs / 1e3)
  if (own !== undefined) record('spanmeter.span.cpu.self', own.selfMs / 1e3)
  if (thread?.waitMs !== undefined) record('spanmeter.span.cpu.wait', thread.waitMs / 1e3)
  if (memory) record('spanmeter.span.memory.max', Math.round(memory.max))
}

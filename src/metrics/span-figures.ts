import type { EssentialStats } from '../monitor.js'
import { isKnown, type SpanShare } from '../otel/attributes.js'
import type { HistogramName } from './table.js'

/** What a span cost, for each histogram that it has a value for, in the unit of that. */
export function tellFigures(
  stats: EssentialStats,
  { own }: SpanShare,
  tell: (metric: HistogramName, value: number) => void,
): void {
  const { cpu, thread, memory } = stats
  if (isKnown(stats)) tell('spanmeter.span.cpu.time', cpu.timeMs / 1e3)
  if (own !== undefined) tell('spanmeter.span.cpu.self', own.selfMs / 1e3)
  if (thread?.waitMs !== undefined) tell('spanmeter.span.cpu.wait', thread.waitMs / 1e3)
  if (memory) tell('spanmeter.span.memory.max', Math.round(memory.max))
}

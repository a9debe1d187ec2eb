import type { Line, RecordedSpan } from '../record/lines.js'
import { spanFlag } from './data.js'

/** Spans whose end is in none of the lines, as long as the recording. */
export function unfinishedIn(lines: readonly Line[], lastMs: number): RecordedSpan[] {
  const ended = new Set<string>()
  const open = new Map<string, RecordedSpan>()
  for (const line of lines) {
    if (line.kind === 'spans') for (const span of line.spans) ended.add(idOf(span))
    else if (line.kind === 'open') for (const span of line.spans) open.set(idOf(span), span)
  }
  return Array.from(open)
    .filter(([id]) => !ended.has(id))
    .map(([, span]) => ({
      ...span,
      durationMs: Math.max(0, lastMs - span.startMs),
      flags: span.flags | spanFlag.unfinished,
    }))
}

function idOf({ traceId, spanId }: RecordedSpan): string {
  return `${traceId}/${spanId}`
}

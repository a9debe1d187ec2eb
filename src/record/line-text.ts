import { lineIn } from './check.js'
import type { Line } from './lines.js'
import { isObject } from './shape.js'
import { fromColumns, type SpanColumns, toColumns } from './span-columns.js'

/** A line as it stands in the file, with its end. */
export function textOf(line: Line): string {
  const isSpans = line.kind === 'spans' || line.kind === 'open'
  return `${JSON.stringify(isSpans ? { ...line, spans: toColumns(line.spans) } : line)}\n`
}

/** Undefined for what was not written so. */
export function lineOf(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text)
    return lineIn(hasSpans(line) ? { ...line, spans: fromColumns(line.spans) } : line)
  } catch {
    return undefined
  }
}

function hasSpans(line: unknown): line is { spans: SpanColumns } {
  return isObject(line) && (line.kind === 'spans' || line.kind === 'open')
}

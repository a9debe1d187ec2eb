import { lineOf } from './line-text.js'
import type { Line } from './lines.js'
import { textLines } from './text-lines.js'

/** The whole lines of a file. One that was cut off, or overwritten by something else, is left out. */
export async function* readLines(path: string): AsyncGenerator<Line, void, void> {
  for await (const text of textLines(path)) {
    const line = lineOf(text)
    if (line !== undefined) yield line
  }
}

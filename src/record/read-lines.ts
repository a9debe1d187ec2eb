import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Line } from './lines.js'

/** The whole lines of a file. One that was cut off, or overwritten by something else, is left out. */
export async function* readLines(path: string): AsyncGenerator<Line, void, void> {
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = parse(text)
    if (line !== undefined) yield line
  }
}

function parse(text: string): Line | undefined {
  try {
    const line = JSON.parse(text)
    return typeof line?.kind === 'string' ? line : undefined
  } catch {
    return undefined
  }
}

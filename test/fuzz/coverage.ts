import { readFileSync } from 'node:fs'
import { type Profiler, Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

export interface Lines {
  reached: number
  all: number
}

/** Which lines of our own files V8 has run since it was made. Costs little: what has run once is not looked at again. */
export class Coverage {
  readonly #session = new Session()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  }

  /** Of the files of `dist` whose names begin so. */
  linesOf(names: readonly string[]): Lines {
    let scripts: Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      scripts = result
    })
    const wanted = scripts.filter(({ url }) => names.some((name) => url.includes(`/dist/${name}`)))
    const files = wanted.map(({ url, functions }) => linesReached(readFileSync(fileURLToPath(url), 'utf8'), functions))
    return { reached: sum(files.map(({ reached }) => reached)), all: sum(files.map(({ all }) => all)) }
  }
}

/** A line is reached if any of its code is. Empty lines, comments and lone brackets are none. */
function linesReached(text: string, functions: readonly Profiler.FunctionCoverage[]): Lines {
  const ran = new Uint8Array(text.length)
  // Ranges of a function are nested, the outer ones first; so are functions.
  const ranges = functions.flatMap(({ ranges }) => ranges)
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  const lines: Lines = { reached: 0, all: 0 }
  let offset = 0
  for (const line of text.split('\n')) {
    const isCode = !/^\s*(?:$|\/\/|\/?\*|[})\];,]+$)/.test(line)
    if (isCode) lines.all++
    const begin = offset + line.search(/\S|$/)
    if (isCode && ran.subarray(begin, offset + line.trimEnd().length).includes(1)) lines.reached++
    offset += line.length + 1
  }
  return lines
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

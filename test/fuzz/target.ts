import type { Random } from './random.js'

/** Something of the package that takes what others wrote. */
export interface Target {
  /** What is fuzzed, for the table of results. */
  readonly about: string
  /** The files of `dist` whose lines count as reached, by the beginnings of their names. */
  readonly covers: readonly string[]
  /** Makes an input and gives it to the package. Throws where the package broke a promise. */
  run(random: Random): unknown
  /** After the last input. */
  end?(): unknown
}

/** Throws if a promise was broken. */
export function promise(holds: boolean, what: string, ...seen: readonly unknown[]): asserts holds {
  if (!holds) throw new BrokenPromise([what, ...seen.map((value) => JSON.stringify(value) ?? String(value))].join('\n'))
}

export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** Whether nothing in it moves the cursor of a terminal, or begins a line of a log. */
export function isPlain(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return !/[\x00-\x1f\x7f-\x9f]/.test(text)
}

import { resolve } from 'node:path'

export const root = resolve(__dirname, '../..')
export const build = `${root}/build/fuzz`

/** How long each target is given inputs: so many of them, or for so long. */
export interface Limits {
  inputs: number | undefined
  seconds: number
}

/** What came of one target. */
export interface Result {
  name: string
  /** What was fuzzed. */
  about: string
  inputs: number
  seconds: number
  /** Lines of code that were reached in the files which read the inputs, and how many there are; 0: not counted. */
  reached: number
  lines: number
  /** What the last input did that it should not. */
  failure?: string
}

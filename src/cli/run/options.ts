import { InvalidArgumentError } from 'commander'
import type { Outputs } from '../outputs.js'

/** What `spanmeter run` was asked for. Paths are as they were given. */
export interface RunOptions extends Outputs {
  directory?: string
  period?: number
  maxOverhead?: number
  children?: true
  instrument?: true
  attributes: boolean
  cpuProf?: true
}

/** A parser of an option that is a number between two others. */
export function numberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (value >= low && value <= high) return value
    throw new InvalidArgumentError(`It must be a number between ${low} and ${high}.`)
  }
}

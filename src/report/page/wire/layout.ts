/**
 * What a page carries: a text of JSON, in which each column of numbers is replaced by a reference, and behind it the
 * columns. Its first four bytes are the length of the text.
 */

export const columnTypes = { Float64Array, Float32Array, Uint32Array, Int32Array, Uint8Array } as const
export type ColumnType = keyof typeof columnTypes
export type Column = InstanceType<(typeof columnTypes)[ColumnType]>

/** Stands in the JSON where a column was. Nothing else there is an object with this property. */
export interface ColumnReference {
  column: number
}

/** The columns in the order of their bytes. */
export interface ColumnHead {
  type: ColumnType
  /** How many values. */
  length: number
  /** How many bytes. */
  size: number
  /** Its values are whole multiples of it. */
  step: number
  /** The column that it is counted from, which stands before it. */
  base?: number
}

export interface Head {
  data: unknown
  columns: ColumnHead[]
}

const microsecond = 1e-3
const tenthOfMicrosecond = 1e-4
const tenthOfPercent = 0.1
const kilobyte = 1024

/** To what the columns are kept exactly, by their names; all others hold whole numbers. */
export const steps: Readonly<Record<string, number>> = {
  time: microsecond,
  start: tenthOfMicrosecond,
  duration: tenthOfMicrosecond,
  selfMs: tenthOfMicrosecond,
  othersMs: tenthOfMicrosecond,
  waitMs: tenthOfMicrosecond,
  cpuMs: tenthOfMicrosecond,
  min: tenthOfPercent,
  avg: tenthOfPercent,
  max: tenthOfPercent,
  percent: tenthOfPercent,
  bytes: kilobyte,
  memoryMax: kilobyte,
}

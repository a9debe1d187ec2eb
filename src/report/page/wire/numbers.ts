/**
 * Columns of numbers as bytes: each value as the difference from the one before it, in whole steps, in as few bytes as it
 * needs. 0 stands for NaN, so that what is not known stays unknown.
 */

/** What a column's values are counted from: those of another, as extremes are from the average; undefined: from 0. */
type Base = Float64Array | undefined

export function encodeNumbers(values: ArrayLike<number>, step: number, base: Base): Uint8Array {
  let bytes = new Uint8Array(values.length * 2 + 16)
  let length = 0
  let last = 0
  for (let i = 0; i < values.length; i++) {
    if (length + 16 > bytes.length) bytes = grown(bytes)
    const value = values[i]!
    if (!Number.isFinite(value)) {
      bytes[length++] = 0
      continue
    }
    const whole = Math.round(value / step) - wholeOf(base, i, step)
    const difference = whole - last
    last = whole
    // Signs go to the lowest bit, and 0 is taken.
    let code = (difference < 0 ? -2 * difference - 1 : 2 * difference) + 1
    while (code >= 128) {
      bytes[length++] = (code % 128) + 128
      code = Math.floor(code / 128)
    }
    bytes[length++] = code
  }
  return bytes.slice(0, length)
}

/** Reads so many values. Millions of them: most differences are one byte, and whole numbers that bit operations reach. */
export function decodeNumbers(bytes: Uint8Array, length: number, step: number, base: Base): Float64Array<ArrayBuffer> {
  const values = new Float64Array(length)
  // A division, for 3 / 10 is nearer to 0.3 than 3 × 0.1 is.
  const perUnit = 1 / step
  let at = 0
  let last = 0
  for (let i = 0; i < length; i++) {
    let code = bytes[at++]!
    if (code >= 128) {
      code -= 128
      for (let byte = 128, factor = 128; byte >= 128; factor *= 128) {
        byte = bytes[at++]!
        code += (byte & 127) * factor
      }
    }
    if (code === 0) {
      values[i] = Number.NaN
      continue
    }
    const isNegative = code < 2 ** 31 ? (code & 1) === 0 : code % 2 === 0
    last += isNegative ? -code / 2 : (code - 1) / 2
    values[i] = (base === undefined ? last : last + wholeOf(base, i, step)) / perUnit
  }
  return values
}

function wholeOf(base: Base, i: number, step: number): number {
  const value = base === undefined ? 0 : base[i]!
  return Number.isFinite(value) ? Math.round(value / step) : 0
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2)
  larger.set(bytes)
  return larger
}

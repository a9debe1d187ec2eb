import { expect } from 'vitest'

/** Expects a value to lie within `percent` of the truth. */
export function expectWithin(percent: number, value: number, truth: number): void {
  expect(value).toBeGreaterThanOrEqual(truth * (1 - percent / 100))
  expect(value).toBeLessThanOrEqual(truth * (1 + percent / 100))
}

/**
 * Expects a value to lie within `percent` of the truth, of which is known what it is at least and at most: what work
 * used by its own clock, and what was booked from before it to after it.
 */
export function expectBetween(percent: number, value: number, inside: number, around: number): void {
  const words = `${value} between ${inside} and ${around}`
  expect(value, words).toBeGreaterThanOrEqual(inside * (1 - percent / 100))
  expect(value, words).toBeLessThanOrEqual(around * (1 + percent / 100))
}

/** Expects every number of an answer, however deep, to be finite. */
export function expectFinite(answer: object): void {
  for (const [name, part] of Object.entries(answer)) {
    if (typeof part === 'object') expectFinite(part)
    else expect(part, name).toSatisfy(Number.isFinite)
  }
}

import { expect } from 'vitest'

/** Expects a value to lie within `percent` of the truth. */
export function expectWithin(percent: number, value: number, truth: number): void {
  expect(value).toBeGreaterThanOrEqual(truth * (1 - percent / 100))
  expect(value).toBeLessThanOrEqual(truth * (1 + percent / 100))
}

/** Expects every number of an answer, however deep, to be finite. */
export function expectFinite(answer: object): void {
  for (const [name, part] of Object.entries(answer)) {
    if (typeof part === 'object') expectFinite(part)
    else expect(part, name).toSatisfy(Number.isFinite)
  }
}

import { expect } from 'vitest'

interface Used {
  threadMs: number
  cpuMs: number
}

/** What test/fixtures/installed/measure.cjs tells: what was measured, between what the kernel booked meanwhile. */
export interface Measured {
  /** The path of what was loaded. */
  binary: string
  inside: Used
  told: Used & { selfMs?: number }
  around: Used
  samples: number
}

export interface Served {
  insideMs: number
  aroundMs: number
  attributes: Record<string, number>
}

/** `attributed`: whether what the work ran itself is told. */
export function expectTrueMeasurement({ inside, told, around, samples }: Measured, attributed = true): void {
  expect(inside.threadMs).toBeGreaterThanOrEqual(50)
  expectBetween(inside.threadMs, told.threadMs, around.threadMs)
  expectBetween(inside.cpuMs, told.cpuMs, around.cpuMs)
  if (attributed) expectBetween(inside.threadMs, told.selfMs!, around.threadMs)
  else expect(told).not.toHaveProperty('selfMs')
  expect(samples).toBeGreaterThan(0)
}

/** What the span of a request was told by the native sampler. */
export function expectTrueSpan({ insideMs, aroundMs, attributes }: Served): void {
  expect(insideMs).toBeGreaterThanOrEqual(50)
  expectBetween(insideMs, attributes['resource.cpu.self_ms']!, aroundMs)
  expect(attributes['resource.cpu.time_ms']).toBeGreaterThan(0.95 * insideMs)
  expect(attributes['resource.samples']).toBeGreaterThan(0)
}

function expectBetween(inside: number, told: number, around: number): void {
  const words = `told ${told} ms between ${inside} and ${around}`
  expect(told, words).toBeGreaterThan(0.95 * inside)
  expect(told, words).toBeLessThan(1.05 * around)
}

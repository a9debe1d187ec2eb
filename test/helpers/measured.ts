import { expect } from 'vitest'
import { expectBetween } from './expect'

interface Used {
  threadMs: number
  cpuMs: number
}

/** What test/fixtures/installed/measure.cjs prints: what was measured, between what the kernel counted meanwhile. */
export interface Measured {
  /** The path of what was loaded. */
  binary: string
  inside: Used
  measured: Used & { selfMs?: number }
  around: Used
  samples: number
}

export interface Served {
  insideMs: number
  aroundMs: number
  attributes: Record<string, number>
}

/** `attributed`: whether the own CPU time of the work is measured. */
export function expectTrueMeasurement({ inside, measured, around, samples }: Measured, attributed = true): void {
  expect(inside.threadMs).toBeGreaterThanOrEqual(50)
  expectBetween(5, measured.threadMs, inside.threadMs, around.threadMs)
  expectBetween(5, measured.cpuMs, inside.cpuMs, around.cpuMs)
  if (attributed) expectBetween(5, measured.selfMs!, inside.threadMs, around.threadMs)
  else expect(measured).not.toHaveProperty('selfMs')
  expect(samples).toBeGreaterThan(0)
}

/** Expects true attributes on the span of a request, by the native sampler. */
export function expectTrueSpan({ insideMs, aroundMs, attributes }: Served): void {
  expect(insideMs).toBeGreaterThanOrEqual(50)
  expectBetween(5, attributes['resource.cpu.self_ms']!, insideMs, aroundMs)
  expect(attributes['resource.cpu.time_ms']).toBeGreaterThan(0.95 * insideMs)
  expect(attributes['resource.samples']).toBeGreaterThan(0)
}

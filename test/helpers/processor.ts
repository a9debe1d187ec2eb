import type { Attributes } from '@opentelemetry/api'
import { ResourceSpanProcessor, type ResourceSpanProcessorOptions } from 'spanmeter/otel'
import { afterEach, beforeAll, expect } from 'vitest'
import { names } from '../../dist/otel/names.js'
import { settle } from './settle'
import { Tracing } from './tracing'

/** On every span that was sampled. */
export const always = [
  'cpuAvg',
  'cpuMax',
  'cpuMin',
  'cpuTime',
  'memoryAvg',
  'memoryMax',
  'memoryMin',
  'samples',
] as const

/** Thresholds that were crossed. */
export const flags = ['cpuBound', 'memoryThresholdExceeded'] as const

const tracings: Tracing[] = []

beforeAll(settle)

export function trace(options?: ResourceSpanProcessorOptions): Tracing {
  const tracing = new Tracing(new ResourceSpanProcessor(options))
  tracings.push(tracing)
  return tracing
}

afterEach(async () => {
  await Promise.all(tracings.splice(0).map(({ provider }) => provider.shutdown()))
})

export const key = (name: keyof typeof names, prefix = 'resource') => `${prefix}.${names[name]}`

export function expectNoneOfOurs(attributes: Attributes): void {
  expect(Object.keys(attributes).filter((name) => name.startsWith('resource.'))).toEqual([])
}

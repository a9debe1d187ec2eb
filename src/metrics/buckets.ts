import type { HistogramName } from './table.js'

/** 0.1 ms … 10 s. */
const seconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const

/** 16 MiB … 16 GiB, two for each power of two. */
const bytes = Array.from({ length: 21 }, (_, i) => 2 ** (24 + (i >> 1)) * (i % 2 === 0 ? 1 : 1.5))

/** Upper bounds of the buckets of each histogram, in its unit. */
export const buckets: Readonly<Record<HistogramName, readonly number[]>> = {
  'spanmeter.span.cpu.time': seconds,
  'spanmeter.span.cpu.self': seconds,
  'spanmeter.span.cpu.wait': seconds,
  'spanmeter.span.memory.max': bytes,
}

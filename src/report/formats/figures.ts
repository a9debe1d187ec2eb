import { prefixed } from '../../otel/names.js'
import { type ReportSpans, spanFlag } from '../data.js'

export const keys = prefixed('resource')
/** Says of a span that it did not end, but the recording. */
export const unfinishedKey = 'spanmeter.unfinished'
export const megabyte = 2 ** 20

/** What a span cost, as the attributes that `ResourceSpanProcessor` writes. */
export function figuresOf(spans: ReportSpans, i: number): Record<string, number | boolean> {
  const flag = (bit: number) => (spans.flags[i]! & bit) !== 0
  const figures = {
    [keys.cpuSelf]: toMicroseconds(spans.selfMs[i]!),
    [keys.cpuOthers]: toMicroseconds(spans.othersMs[i]!),
    [keys.cpuTime]: toMicroseconds(spans.cpuMs[i]!),
    [keys.cpuWait]: toMicroseconds(spans.waitMs[i]!),
    [keys.memoryMax]: Math.round((100 * spans.memoryMax[i]!) / megabyte) / 100,
  }
  const known = Object.entries(figures).filter(([, value]) => !Number.isNaN(value))
  return {
    ...Object.fromEntries(known),
    ...(flag(spanFlag.cpuBound) && { [keys.cpuBound]: true }),
    ...(flag(spanFlag.memoryExceeded) && { [keys.memoryThresholdExceeded]: true }),
    ...(flag(spanFlag.shared) && { [keys.shared]: true }),
    ...(flag(spanFlag.unfinished) && { [unfinishedKey]: true }),
  }
}

/** The columns hold less exact numbers. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

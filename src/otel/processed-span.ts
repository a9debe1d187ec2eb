import type { AttributeTarget } from './attributes.js'
import type { HrTime } from './span-window.js'

/** What the processor needs of a span. The spans of every OpenTelemetry SDK have it. */
export interface ProcessedSpan {
  readonly name: string
  spanContext(): { traceFlags: number }
  readonly startTime: HrTime
  readonly duration: HrTime
  readonly endTime?: HrTime
  readonly attributes: object
}

export interface WritableSpan extends ProcessedSpan, AttributeTarget {}

import type { ResourceStats } from '../types.js'
import { toAttributes } from './attributes.js'
import { type AttributeOptions, checkAttributeOptions } from './options.js'

export type { SpanAttributes, Thresholds } from './attributes.js'
export type { AttributeOptions, ResourceSpanProcessorOptions } from './options.js'
export { ResourceSpanProcessor } from './span-processor.js'

/** Writes a window's statistics onto a span by hand, as `ResourceSpanProcessor` does it by itself. */
export function attachToSpan(
  span: { setAttributes(attributes: Record<string, number | boolean>): unknown },
  stats: ResourceStats,
  options?: AttributeOptions,
): void {
  span.setAttributes(toAttributes(stats, checkAttributeOptions(options)))
}

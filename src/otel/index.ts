import type { ResourceStats } from '../types.js'
import { type SpanAttributes, writeAttributes } from './attributes.js'
import { type AttributeOptions, checkAttributeOptions } from './options.js'

export type { OverheadSamplerOptions } from '../trace-sampling/options.js'
export { OverheadSampler } from '../trace-sampling/overhead-sampler.js'
export type { SpanAttributes, Thresholds } from './attributes.js'
export { SpanmeterInstrumentation, type SpanmeterInstrumentationConfig } from './instrumentation.js'
export type { AttributeOptions, ResourceSpanProcessorOptions } from './options.js'
export { ResourceSpanProcessor } from './span-processor.js'

/** Writes the statistics of a window onto a span by hand, with the attributes of `ResourceSpanProcessor`. */
export function attachToSpan(
  span: { setAttributes(attributes: SpanAttributes): unknown },
  stats: ResourceStats,
  options?: AttributeOptions,
): void {
  const attributes: SpanAttributes = {}
  const target = { setAttribute: (key: string, value: number | boolean) => (attributes[key] = value) }
  const own = stats.self && {
    selfMs: stats.self.timeMs,
    totalMs: stats.self.totalMs,
    othersMs: stats.self.othersMs,
  }
  writeAttributes(target, stats, { own, shared: false }, checkAttributeOptions(options))
  span.setAttributes(attributes)
}

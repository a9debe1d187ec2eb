export { SpanmeterMetricsInstrumentation } from './instrumentation.js'
export type { SpanmeterMetricsInstrumentationConfig } from './options.js'

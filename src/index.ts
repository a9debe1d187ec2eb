export { createMonitor } from './create-monitor.js'
export { SpanmeterError, type SpanmeterErrorCode } from './errors.js'
export type { MissedTicks, MonitorHealth, Source, SourceHealth } from './health.js'
export type {
  FunctionTime,
  Mark,
  MeasureOptions,
  MonitorOptions,
  ResourceMonitor,
  ResourceStats,
  SampleColumns,
  SampleSeries,
  WorkProfile,
} from './types.js'

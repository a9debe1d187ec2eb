export { createMonitor } from './create-monitor.js'
export { SpanmeterError, type SpanmeterErrorCode } from './errors.js'
export type {
  Mark,
  MissedTicks,
  MonitorHealth,
  MonitorOptions,
  ResourceMonitor,
  ResourceStats,
  SampleColumns,
  SampleSeries,
  Source,
  SourceHealth,
} from './types.js'

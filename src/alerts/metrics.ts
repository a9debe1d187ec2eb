/** What a rule can be about without the application's help. CPU is in percent of a core. */
export const builtInMetrics = [
  'cpu.percent',
  'cpu.limit_percent',
  'thread.percent',
  'loop.blocked_ms',
  'wait.percent',
  'throttled.percent',
  'memory.bytes',
  'memory.limit_percent',
  'tracing.cpu_percent',
  'tracing.memory_bytes',
  'sampler.missed_percent',
] as const

export type BuiltInMetric = (typeof builtInMetrics)[number]

export function isBuiltIn(metric: string): metric is BuiltInMetric {
  return (builtInMetrics as readonly string[]).includes(metric)
}

/** Span attribute names, without the prefix (`resource` unless configured). */
export const names = {
  cpuAvg: 'cpu.avg',
  cpuMax: 'cpu.max',
  cpuMin: 'cpu.min',
  cpuTime: 'cpu.time_ms',
  cpuSelf: 'cpu.self_ms',
  cpuSelfAvg: 'cpu.self_avg',
  cpuOthers: 'cpu.others_ms',
  cpuWait: 'cpu.wait_ms',
  cpuThrottled: 'cpu.throttled_ms',
  memoryAvg: 'memory.avg_mb',
  memoryMax: 'memory.max_mb',
  memoryMin: 'memory.min_mb',
  samples: 'samples',
  cpuBound: 'cpu_bound',
  memoryThresholdExceeded: 'memory_threshold_exceeded',
  shared: 'shared',
  coverage: 'coverage',
  // detail: 'full'
  cpuTotal: 'cpu.total_ms',
  cpuP50: 'cpu.p50',
  cpuP95: 'cpu.p95',
  cpuP99: 'cpu.p99',
  threadTime: 'thread.time_ms',
  threadAvg: 'thread.avg',
  threadMax: 'thread.max',
  memoryStart: 'memory.start_mb',
  memoryEnd: 'memory.end_mb',
  memoryPeak: 'memory.peak_mb',
  minorFaults: 'faults.minor',
  majorFaults: 'faults.major',
  voluntarySwitches: 'context_switches.voluntary',
  involuntarySwitches: 'context_switches.involuntary',
  ioRead: 'io.read_bytes',
  ioWritten: 'io.write_bytes',
  received: 'network.receive_bytes',
  transmitted: 'network.transmit_bytes',
  overhead: 'overhead_ms',
  maxGap: 'max_gap_ms',
} as const

/** Attributes of the event of an exception, without the prefix. */
export const exceptionNames = {
  self: 'cpu.self_ms',
  memory: 'memory.mb',
  blocked: 'loop.blocked_ms',
} as const

export type ExceptionKeys = Readonly<Record<keyof typeof exceptionNames, string>>

export type AttributeKeys = Readonly<Record<keyof typeof names, string>>

/** The full names under a prefix. */
export function prefixed(prefix: string): AttributeKeys {
  return withPrefix(prefix, names)
}

/** The same of the event of an exception. */
export function prefixedOfException(prefix: string): ExceptionKeys {
  return withPrefix(prefix, exceptionNames)
}

function withPrefix<Key extends string>(prefix: string, of: Readonly<Record<Key, string>>): Record<Key, string> {
  const entries = Object.entries(of).map(([key, name]) => [key, `${prefix}.${name}`])
  return Object.fromEntries(entries) as Record<Key, string>
}

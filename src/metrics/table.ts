/** A metric of this package, as it is in OpenTelemetry and in Prometheus. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
  /** In the notation of UCUM. `%` is of one core. */
  readonly unit: string
  readonly description: string
  /** The keys of attributes, each with the values that it can have. */
  readonly attributes?: Readonly<Record<string, string>>
  /** The clock, file or system call that the value comes from. */
  readonly source: string
  /** Its name in Prometheus. */
  readonly prometheus: string
  /** Reported in OpenTelemetry only where it is asked for. */
  readonly optIn?: true
}

const cpuMode = { 'cpu.mode': 'user, system' }
const spanName = { 'span.name': 'name of the span' }

/** All metrics. Those of `process.*` are of the semantic conventions, and the operating system's own figures. */
export const metrics = {
  'process.cpu.time': {
    kind: 'counter',
    unit: 's',
    description: 'CPU time of the process, the sampler included',
    attributes: cpuMode,
    source: 'getrusage(2)',
    prometheus: 'process_cpu_time_seconds_total',
  },
  'process.cpu.utilization': {
    kind: 'gauge',
    unit: '1',
    description: 'CPU time of the process per second and available CPU, over the look-back window',
    attributes: cpuMode,
    source: 'getrusage(2)',
    prometheus: 'process_cpu_utilization_ratio',
    optIn: true,
  },
  'process.memory.usage': {
    kind: 'updowncounter',
    unit: 'By',
    description: 'Resident memory',
    source: '/proc/self/statm',
    prometheus: 'process_memory_bytes',
  },
  'process.context_switches': {
    kind: 'counter',
    unit: '{context_switch}',
    description: 'Context switches of all threads',
    attributes: { 'process.context_switch.type': 'voluntary, involuntary' },
    source: 'getrusage(2)',
    prometheus: 'process_context_switches_total',
  },
  'process.paging.faults': {
    kind: 'counter',
    unit: '{fault}',
    description: 'Page faults: major with I/O, minor without',
    attributes: { 'system.paging.fault.type': 'major, minor' },
    source: 'getrusage(2)',
    prometheus: 'process_paging_faults_total',
  },
  'process.disk.io': {
    kind: 'counter',
    unit: 'By',
    description: 'Bytes fetched from storage and given to it, since the metrics began',
    attributes: { 'disk.io.direction': 'read, write' },
    source: '/proc/self/io: read_bytes, write_bytes',
    prometheus: 'process_disk_io_bytes_total',
  },
  'process.thread.count': {
    kind: 'updowncounter',
    unit: '{thread}',
    description: 'Threads of the process',
    source: '/proc/self/task',
    // Not `_count`, which belongs to histograms.
    prometheus: 'process_threads',
  },
  'spanmeter.process.cpu.avg': {
    kind: 'gauge',
    unit: '%',
    description: 'CPU of the process without the sampler in percent of one core, mean over the look-back window',
    source: 'CPU clocks of the threads',
    prometheus: 'process_cpu_percent',
  },
  'spanmeter.process.cpu.max': {
    kind: 'gauge',
    unit: '%',
    description: 'The same, highest between two samples in the look-back window',
    source: 'CPU clocks of the threads',
    prometheus: 'process_cpu_max_percent',
  },
  'spanmeter.process.memory.max': {
    kind: 'gauge',
    unit: 'By',
    description: 'Highest resident memory in the look-back window',
    source: '/proc/self/statm',
    prometheus: 'process_memory_max_bytes',
  },
  'spanmeter.process.memory.peak': {
    kind: 'gauge',
    unit: 'By',
    description: 'Highest resident memory since the process began',
    source: 'getrusage(2): ru_maxrss',
    prometheus: 'process_memory_peak_bytes',
  },
  'spanmeter.thread.cpu.time': {
    kind: 'counter',
    unit: 's',
    description: 'CPU time of the JavaScript thread, since the metrics began',
    source: 'CPU clock of the thread',
    prometheus: 'spanmeter_thread_cpu_time_seconds_total',
  },
  'spanmeter.thread.wait.time': {
    kind: 'counter',
    unit: 's',
    description: 'Time that the JavaScript thread was ready to run but had no CPU, since the metrics began',
    source: '/proc/self/task/TID/schedstat: run_delay',
    prometheus: 'spanmeter_thread_wait_time_seconds_total',
  },
  'spanmeter.cgroup.throttled.time': {
    kind: 'counter',
    unit: 's',
    description: 'Time that threads were kept from running by the CPU quota of the cgroup, since the metrics began',
    source: 'cpu.stat of the cgroup',
    prometheus: 'spanmeter_cgroup_throttled_time_seconds_total',
  },
  'spanmeter.tracing.cpu.time': {
    kind: 'counter',
    unit: 's',
    description: 'CPU time that tracing took of the JavaScript thread',
    attributes: {
      'spanmeter.tracing.component': 'start, unsampled, record, end, export, spanmeter',
      'spanmeter.tracing.scope': 'the instrumentation scope of the span',
    },
    source: 'turns of the thread and its CPU clock',
    prometheus: 'spanmeter_tracing_cpu_time_seconds_total',
  },
  'spanmeter.tracing.cpu.overhead': {
    kind: 'gauge',
    unit: '%',
    description:
      'CPU time that tracing took of the JavaScript thread in percent of one core, over the look-back window',
    source: 'turns of the thread and its CPU clock',
    prometheus: 'tracing_cpu_overhead_percent',
  },
  'spanmeter.tracing.memory.usage': {
    kind: 'updowncounter',
    unit: 'By',
    description:
      'Memory that tracing holds: ended spans, each once, times their mean size, and the history of the sampler',
    attributes: { 'spanmeter.tracing.component': 'queue, export, sampler' },
    source: 'queues of the span processors; sizes of the fields of every 64th span',
    prometheus: 'spanmeter_tracing_memory_usage_bytes',
  },
  'spanmeter.tracing.memory.overhead': {
    kind: 'gauge',
    unit: 'By',
    description: 'The same, all together',
    source: 'queues of the span processors; sizes of the fields of every 64th span',
    prometheus: 'tracing_memory_overhead_bytes',
  },
  'spanmeter.tracing.export.io': {
    kind: 'counter',
    unit: 'By',
    description: 'Bytes that span exporters wrote to their connections: of HTTPS before encryption, of gRPC after it',
    source: 'bytesWritten of the sockets',
    prometheus: 'tracing_export_bytes_total',
  },
  'spanmeter.sampler.cpu.time': {
    kind: 'counter',
    unit: 's',
    description: 'CPU time of the sampler',
    source: 'CPU clock of its thread',
    prometheus: 'spanmeter_sampler_cpu_time_seconds_total',
  },
  'spanmeter.sampler.memory.usage': {
    kind: 'updowncounter',
    unit: 'By',
    description: "Memory of the sampler's history",
    source: 'sizes of its rings',
    prometheus: 'spanmeter_sampler_memory_usage_bytes',
  },
  'spanmeter.sampler.samples': {
    kind: 'counter',
    unit: '{sample}',
    description: 'Samples taken',
    source: 'the sampler',
    prometheus: 'spanmeter_sampler_samples_total',
  },
  'spanmeter.sampler.missed_ticks': {
    kind: 'counter',
    unit: '{tick}',
    description: 'Ticks that passed without a sample',
    attributes: { 'spanmeter.cause': 'throttled, stopped, suspended, starved, imprecise, unknown' },
    source: 'the sampler; cpu.stat, schedstat and CLOCK_BOOTTIME tell the cause',
    prometheus: 'spanmeter_sampler_missed_ticks_total',
  },
  'spanmeter.sampler.lateness.p99': {
    kind: 'gauge',
    unit: 's',
    description: 'How late samples are after their tick, 99th percentile',
    source: 'CLOCK_MONOTONIC',
    prometheus: 'spanmeter_sampler_lateness_p99_seconds',
  },
  'spanmeter.sampler.period': {
    kind: 'gauge',
    unit: 's',
    description: 'Sampling period in force',
    source: 'the sampler',
    prometheus: 'spanmeter_sampler_period_seconds',
  },
  'spanmeter.sampling.ratio': {
    kind: 'gauge',
    unit: '1',
    description: 'Share of root spans that OverheadSampler lets through',
    source: 'OverheadSampler',
    prometheus: 'spanmeter_sampling_ratio',
  },
  'spanmeter.span.cpu.time': {
    kind: 'histogram',
    unit: 's',
    description: 'CPU time of the process during a span',
    attributes: spanName,
    source: 'CPU clocks of the threads',
    prometheus: 'spanmeter_span_cpu_time_seconds',
  },
  'spanmeter.span.cpu.self': {
    kind: 'histogram',
    unit: 's',
    description: 'CPU time that the JavaScript thread ran for a span itself',
    attributes: spanName,
    source: 'turns of the thread and its CPU clock',
    prometheus: 'spanmeter_span_cpu_self_seconds',
  },
  'spanmeter.span.cpu.wait': {
    kind: 'histogram',
    unit: 's',
    description: 'Time during a span that the JavaScript thread was ready to run but had no CPU',
    attributes: spanName,
    source: '/proc/self/task/TID/schedstat: run_delay',
    prometheus: 'spanmeter_span_cpu_wait_seconds',
  },
  'spanmeter.span.memory.max': {
    kind: 'histogram',
    unit: 'By',
    description: 'Highest resident memory during a span',
    attributes: spanName,
    source: '/proc/self/statm',
    prometheus: 'spanmeter_span_memory_max_bytes',
  },
} as const satisfies Record<string, MetricDefinition>

export type MetricName = keyof typeof metrics
type Of<K> = { [N in MetricName]: (typeof metrics)[N]['kind'] extends K ? N : never }[MetricName]
export type HistogramName = Of<'histogram'>
/** Metrics that are read when somebody collects them. */
export type ReadName = Exclude<MetricName, HistogramName>

export const metricNames = Object.keys(metrics) as MetricName[]
export const readNames = metricNames.filter((name): name is ReadName => metrics[name].kind !== 'histogram')

/** Whether the values are whole numbers: bytes, and things that are counted. */
export function isInteger({ unit }: MetricDefinition): boolean {
  return unit === 'By' || unit.startsWith('{')
}

export function isOptIn(name: MetricName): boolean {
  return 'optIn' in metrics[name]
}

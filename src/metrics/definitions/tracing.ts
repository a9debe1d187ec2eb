import type { MetricDefinition } from './definition.js'

/** What tracing itself takes, and what it leaves out to take no more. */
export const tracingMetrics = {
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
  'spanmeter.sampling.ratio': {
    kind: 'gauge',
    unit: '1',
    description: 'Share of root spans that OverheadSampler lets through',
    source: 'OverheadSampler',
    prometheus: 'spanmeter_sampling_ratio',
  },
} as const satisfies Record<string, MetricDefinition>

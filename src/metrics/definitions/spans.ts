import type { MetricDefinition } from './definition.js'

const spanName = { 'span.name': 'name of the span' }

/** What spans cost, by their names. */
export const spanMetrics = {
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
  'spanmeter.span.errors': {
    kind: 'counter',
    unit: '{error}',
    description: 'Spans that recorded an exception or ended with an error',
    attributes: { ...spanName, 'error.type': 'type of the exception or _OTHER' },
    source: 'status and events of the spans',
    prometheus: 'spanmeter_span_errors_total',
  },
} as const satisfies Record<string, MetricDefinition>

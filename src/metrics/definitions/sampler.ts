import type { MetricDefinition } from './definition.js'

/** How the sampler does, and what it takes. */
export const samplerMetrics = {
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
    source: 'the sampler; cpu.stat, schedstat and CLOCK_BOOTTIME show the cause',
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
} as const satisfies Record<string, MetricDefinition>

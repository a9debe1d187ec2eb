import type { MetricDefinition } from './definition.js'

const cpuMode = { 'cpu.mode': 'user, system' }

/** Of the process and its threads. `process.*` is of the semantic conventions: the operating system's own figures. */
export const processMetrics = {
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
  'spanmeter.loop.blocked.max': {
    kind: 'gauge',
    unit: 's',
    description:
      'Longest time in the look-back window that the event loop did not come round; 0 if it was below 10 ms each time',
    source: 'libuv: prepare handle and idle time',
    prometheus: 'spanmeter_loop_blocked_max_seconds',
  },
  'spanmeter.cgroup.throttled.time': {
    kind: 'counter',
    unit: 's',
    description: 'Time that threads were kept from running by the CPU quota of the cgroup, since the metrics began',
    source: 'cpu.stat of the cgroup',
    prometheus: 'spanmeter_cgroup_throttled_time_seconds_total',
  },
} as const satisfies Record<string, MetricDefinition>

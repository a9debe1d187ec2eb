/** Optional sources; the CPU clocks of the process and of the calling thread are always read. */
export type Source = 'memory' | 'faults' | 'schedstat' | 'io' | 'network' | 'cgroup'

export interface SourceHealth {
  available: boolean
  /** Why it is not available: the call that failed and its error. */
  reason?: string
}

/**
 * Why ticks passed without a sample: the cause that accounts for half of the gap or more. Gaps below 1 ms, and those of
 * the JavaScript sampler, are not examined: `unknown`.
 */
export interface MissedTicks {
  /** The CPU quota of the cgroup was used up (`cpu.stat`). */
  throttled: number
  /** The process was stopped: by a signal, a debugger or the freezer; or the kernel made the sampler wait, as for memory. */
  stopped: number
  /** The machine slept (CLOCK_BOOTTIME ran ahead of CLOCK_MONOTONIC). */
  suspended: number
  /** The sampler thread was ready to run, but others had the CPU (`run_delay` of its schedstat). */
  starved: number
  /**
   * Taken, but too soon: reading the clocks of all threads takes too long here for so short an interval to know a rate
   * to a few percent. It is part of the next sample.
   */
  imprecise: number
  /** Anything else, as a pause of a virtual machine or a wake-up that came late. */
  unknown: number
}

/**
 * How the starts and ends of spans were measured. Reading the clocks there is kept within `maxSpanOverheadPercent`; at the
 * other edges the thread's own CPU time is derived from a time-stamp counter, and what other threads used from the samples.
 */
export interface EdgeHealth {
  /** Edges at which the thread's CPU clock was read (CLOCK_THREAD_CPUTIME_ID). */
  read: number
  /** All other edges. */
  derived: number
  /** What all readings took, in ms of this thread. One in which it lost its CPU counts as a dear one. */
  costMs: number
  /** How much the thread's own CPU time may be off at a derived edge, in ms: by how long it slept unseen. */
  ownErrorMs: number
  /** Around an edge of a span, the other threads' CPU time may be off by what they ran in so many ms. */
  othersErrorMs: number
}

export interface MonitorHealth {
  backend: 'native' | 'js'
  /** Why the JavaScript sampler stands in, when `backend: 'auto'` could not have the native one. */
  backendReason?: string
  state: 'stopped' | 'parked' | 'sampling'
  /** The period that this monitor asked for. */
  wantedPeriodMs: number
  /** The period in force. */
  periodMs: number
  /**
   * Where the period comes from. `'wanted'`: this monitor asked for it; `'shared'`: another monitor of the process
   * asked for a shorter one; `'budget'`: lengthened to stay within `maxOverheadPercent`; `'timer'`: the shortest of a
   * JavaScript timer.
   */
  periodReason: 'wanted' | 'shared' | 'budget' | 'timer'
  /** Full-resolution history that fits at this period. */
  historyMs: number
  /** Samples taken so far, by all native samplers of the process together. */
  samples: number
  /** How many ticks passed without a sample while the sampler was awake, by cause. */
  missedTicks: MissedTicks
  /** Longest time between two neighbouring samples while the sampler was awake, in ms. */
  maxGapMs: number
  /** How late samples were taken after their tick, in ms. */
  lateness: { p50: number; p99: number; max: number }
  /** CPU time of all native samplers of the process so far, in ms. */
  cpuTimeMs: number
  /** Memory set aside for the history, in bytes. The part of it that summarizes hours becomes resident as it fills. */
  memoryBytes: number
  /** The edges of spans on this thread so far. Absent with the JavaScript sampler, which reads at each. */
  edges?: EdgeHealth
  /** Each source that was asked for: whether it is read, and if not, why. */
  sources: Partial<Record<'threads' | Source, SourceHealth>>
}

/**
 * Where each counter lies in a reading (an `Edge`) and in the series of the history. A counter that the machine does
 * not report is NaN in a reading.
 */
export const Slot = {
  /** Whole nanoseconds since the time origin of the thread: differences and sums are exact. */
  time: 0,
  /** Time so far that was sampled at the full rate, in ns. Known of the history's rows only, 0 in an edge. */
  covered: 1,
  /** CPU of the process without the sampler, in ns. From getrusage(2). */
  cpu: 2,
  /** What the sampling callbacks took, in ns. */
  sampler: 3,
  /** CPU of the calling thread without the sampler, in ns. From `process.threadCpuUsage()`. */
  thread: 4,
  /** Resident set in bytes; a gauge. */
  resident: 5,
  /** Highest resident set so far in bytes, from `ru_maxrss`. */
  peak: 6,
  minorFaults: 7,
  majorFaults: 8,
  voluntarySwitches: 9,
  involuntarySwitches: 10,
  /** By how much the time may be wrong for the clocks' values, in ns. Not in the history. */
  uncertainty: 11,
} as const

export const EDGE_LENGTH = 12

/** The columns of each series; the first is always the time. All but the gauge are cumulative. */
export const Columns = {
  process: [Slot.time, Slot.covered, Slot.cpu, Slot.sampler],
  thread: [Slot.time, Slot.thread],
  memory: [Slot.time, Slot.resident, Slot.peak],
  usage: [Slot.time, Slot.minorFaults, Slot.majorFaults, Slot.voluntarySwitches, Slot.involuntarySwitches],
} as const

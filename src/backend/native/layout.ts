/**
 * The order of the numbers that cross the native border. The native side names its own order in `layout`; a test
 * compares the two.
 */
export const edgeLayout = [
  'time',
  'cpu',
  'sampler',
  'thread',
  'runDelay',
  'resident',
  'peak',
  'minorFaults',
  'majorFaults',
  'voluntarySwitches',
  'involuntarySwitches',
  'ioRead',
  'ioWritten',
  'received',
  'transmitted',
  'unsure',
] as const

export const statsLayout = [
  'durationMs',
  'samples',
  'coverage',
  'maxGapMs',
  'overheadMs',
  'cpuTimeMs',
  'cpuAvg',
  'cpuMin',
  'cpuMax',
  'cpuP50',
  'cpuP95',
  'cpuP99',
  'threadTimeMs',
  'threadAvg',
  'threadMax',
  'threadWaitMs',
  'memoryAvg',
  'memoryMin',
  'memoryMax',
  'memoryStart',
  'memoryEnd',
  'memoryPeak',
  'minorFaults',
  'majorFaults',
  'voluntarySwitches',
  'involuntarySwitches',
  'ioRead',
  'ioWritten',
  'received',
  'transmitted',
  'throttledMs',
  'cpuLimit',
  'memoryLimit',
] as const

/** Bit i of a native source set stands for the i-th of these. */
export const sourceLayout = ['threads', 'memory', 'faults', 'schedstat', 'io', 'network', 'cgroup'] as const
export type SourceName = (typeof sourceLayout)[number]

/**
 * The array that a ledger shares: the numbers of an answer, and 1 from when the event loop began to wait until
 * whoever turns the thread sets it back to 0.
 */
export const ledgerLayout = ['firstAnswer', 'secondAnswer', 'thirdAnswer', 'loopWaited'] as const

function indexes<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>
}

/** Index of each number of an answer. */
export const slot = indexes(statsLayout)

/** Index of each number that a ledger shares. */
export const ledgerSlot = indexes(ledgerLayout)

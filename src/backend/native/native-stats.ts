import type { ResourceStats, SampleColumns, SampleSeries } from '../../types.js'
import { slot } from './layout.js'

/** The answer to a window as users see it. What the native side does not know (NaN) is left out. */
export function toResourceStats(n: Float64Array, limits?: readonly [number, number]): ResourceStats {
  const known = (index: number) => !Number.isNaN(n[index])
  const number = (index: number) => (known(index) ? n[index]! : 0)
  const stats: ResourceStats = {
    durationMs: n[slot.durationMs]!,
    samples: n[slot.samples]!,
    coverage: n[slot.coverage]!,
    maxGapMs: n[slot.maxGapMs]!,
    overheadMs: number(slot.overheadMs),
    cpu: {
      timeMs: number(slot.cpuTimeMs),
      avg: number(slot.cpuAvg),
      min: number(slot.cpuMin),
      max: number(slot.cpuMax),
      p50: number(slot.cpuP50),
      p95: number(slot.cpuP95),
      p99: number(slot.cpuP99),
    },
  }
  if (known(slot.threadTimeMs)) {
    stats.thread = { timeMs: n[slot.threadTimeMs]!, avg: n[slot.threadAvg]!, max: n[slot.threadMax]! }
    if (known(slot.threadWaitMs)) stats.thread.waitMs = n[slot.threadWaitMs]!
  }
  if (known(slot.memoryAvg)) {
    stats.memory = {
      avg: n[slot.memoryAvg]!,
      min: n[slot.memoryMin]!,
      max: n[slot.memoryMax]!,
      start: n[slot.memoryStart]!,
      end: n[slot.memoryEnd]!,
      peak: n[slot.memoryPeak]!,
    }
  }
  if (known(slot.minorFaults)) {
    stats.faults = { minor: n[slot.minorFaults]!, major: n[slot.majorFaults]! }
    stats.contextSwitches = { voluntary: n[slot.voluntarySwitches]!, involuntary: n[slot.involuntarySwitches]! }
  }
  if (known(slot.ioRead)) stats.io = { readBytes: n[slot.ioRead]!, writeBytes: n[slot.ioWritten]! }
  if (known(slot.received)) stats.network = { receiveBytes: n[slot.received]!, transmitBytes: n[slot.transmitted]! }
  if (limits) addLimits(stats, limits, n[slot.throttledMs]!)
  return stats
}

function addLimits(
  stats: ResourceStats,
  [cpuLimit, memoryLimit]: readonly [number, number],
  throttledMs: number,
): void {
  const cgroup: ResourceStats['cgroup'] = {}
  if (!Number.isNaN(cpuLimit)) {
    if (!Number.isNaN(throttledMs)) cgroup.throttledMs = throttledMs
    cgroup.cpuLimit = cpuLimit
    cgroup.cpuOfLimit = stats.cpu.avg / cpuLimit
  }
  if (!Number.isNaN(memoryLimit)) cgroup.memoryLimit = memoryLimit
  if (Object.keys(cgroup).length > 0) stats.cgroup = cgroup
}

/** The columns of a plot; a series of which nothing is known is left out. */
export function toSampleColumns(columns: Float64Array[]): SampleColumns {
  const series = (first: number): SampleSeries => ({
    avg: columns[first]!,
    min: columns[first + 1]!,
    max: columns[first + 2]!,
  })
  const result: SampleColumns = { timeMs: columns[0]!, cpu: series(1) }
  if (columns[4]!.some((value) => !Number.isNaN(value))) result.thread = series(4)
  if (columns[7]!.some((value) => !Number.isNaN(value))) result.memory = series(7)
  return result
}

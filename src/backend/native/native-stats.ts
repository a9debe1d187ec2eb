import type { ResourceStats, SampleColumns, SampleSeries } from '../../types.js'
import type { EssentialStats } from '../backend.js'
import { slot } from './layout.js'

/** The answer to a window as users see it. What the native side does not know (NaN) is left out. */
export function toResourceStats(n: Float64Array): ResourceStats {
  const known = (index: number) => !Number.isNaN(n[index])
  const stats: ResourceStats = {
    durationMs: n[slot.durationMs]!,
    samples: n[slot.samples]!,
    coverage: n[slot.coverage]!,
    maxGapMs: n[slot.maxGapMs]!,
  }
  if (known(slot.overheadMs)) stats.overheadMs = n[slot.overheadMs]!
  if (known(slot.cpuAvg)) {
    stats.cpu = {
      timeMs: n[slot.cpuTimeMs]!,
      avg: n[slot.cpuAvg]!,
      min: n[slot.cpuMin]!,
      max: n[slot.cpuMax]!,
      p50: n[slot.cpuP50]!,
      p95: n[slot.cpuP95]!,
      p99: n[slot.cpuP99]!,
    }
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
  if (known(slot.cpuLimit)) {
    const cpuLimit = n[slot.cpuLimit]!
    stats.cgroup = { cpuLimit }
    if (stats.cpu) stats.cgroup.cpuOfLimit = stats.cpu.avg / cpuLimit
    if (known(slot.throttledMs)) stats.cgroup.throttledMs = n[slot.throttledMs]!
  }
  if (known(slot.memoryLimit)) stats.cgroup = { ...stats.cgroup, memoryLimit: n[slot.memoryLimit]! }
  return stats
}

/** An answer to a span's end that is filled again and again: a span must not leave garbage behind. */
export class ReusedStats {
  readonly #cpu = { timeMs: 0, avg: 0, min: 0, max: 0 }
  readonly #thread = { waitMs: 0 }
  readonly #memory = { avg: 0, min: 0, max: 0 }
  readonly #cgroup = { throttledMs: 0 }
  readonly #stats: EssentialStats = {
    durationMs: 0,
    samples: 0,
    coverage: 0,
    cpu: undefined,
    thread: undefined,
    memory: undefined,
    cgroup: undefined,
  }

  fill(n: Float64Array): EssentialStats {
    const stats = this.#stats
    stats.durationMs = n[slot.durationMs]!
    stats.samples = n[slot.samples]!
    stats.coverage = n[slot.coverage]!
    this.#cpu.timeMs = n[slot.cpuTimeMs]!
    this.#cpu.avg = n[slot.cpuAvg]!
    this.#cpu.min = n[slot.cpuMin]!
    this.#cpu.max = n[slot.cpuMax]!
    stats.cpu = Number.isNaN(this.#cpu.avg) ? undefined : this.#cpu
    this.#thread.waitMs = n[slot.threadWaitMs]!
    stats.thread = Number.isNaN(this.#thread.waitMs) ? undefined : this.#thread
    this.#memory.avg = n[slot.memoryAvg]!
    this.#memory.min = n[slot.memoryMin]!
    this.#memory.max = n[slot.memoryMax]!
    stats.memory = Number.isNaN(this.#memory.avg) ? undefined : this.#memory
    this.#cgroup.throttledMs = n[slot.throttledMs]!
    stats.cgroup = Number.isNaN(this.#cgroup.throttledMs) ? undefined : this.#cgroup
    return stats
  }
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

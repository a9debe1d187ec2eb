import type { OwnTime } from '../attribution/ledger.js'
import type { EssentialStats } from '../monitor.js'
import type { ResourceStats } from '../types.js'
import type { AttributeKeys } from './names.js'

export interface Thresholds {
  /**
   * `cpu_bound` is set when the span itself ran for at least this share of its duration, in % of one core; where that is
   * not known, when the process used at least this much CPU at its busiest. Default 80.
   */
  cpuThreshold?: number
  /** `memory_threshold_exceeded` is set when the resident set was larger than this, in MB of 2^20 bytes. */
  memoryThresholdMb?: number
}

export interface AttributeRules extends Thresholds {
  cpuThreshold: number
  detail: 'default' | 'full'
  keys: AttributeKeys
}

export type SpanAttributes = Record<string, number | boolean>

/** What attributes are written to: a span, or an object in its place. */
export interface AttributeTarget {
  setAttribute(key: string, value: number | boolean): unknown
}

/** What is known of a span beside the window that it shares with the whole process. */
export interface SpanShare {
  /** The CPU time that the span itself ran on the JavaScript thread in its window. */
  readonly own?: OwnTime | undefined
  /** Whether other root spans overlapped it. */
  readonly shared: boolean
}

const megabyte = 2 ** 20

export function isCpuBound(stats: EssentialStats, share: SpanShare, rules: AttributeRules): boolean {
  const percent = share.own === undefined ? stats.cpu?.max : selfAvg(share.own, stats)
  return percent !== undefined && percent >= rules.cpuThreshold
}

export function exceedsMemory({ memory }: EssentialStats, { memoryThresholdMb }: AttributeRules): boolean {
  return memory !== undefined && memoryThresholdMb !== undefined && memory.max > memoryThresholdMb * megabyte
}

/**
 * Writes the default attributes, the dearest first: an SDK drops what comes after its limit on the attributes of a span.
 * Of a window of which nothing is known these are only `samples` and `coverage`.
 */
export function writeEssentials(
  span: AttributeTarget,
  stats: EssentialStats,
  share: SpanShare,
  rules: AttributeRules,
): void {
  const { keys } = rules
  const { own } = share
  const { thread, memory, cgroup } = stats
  const cpu = isKnown(stats) ? stats.cpu : undefined
  if (own) span.setAttribute(keys.cpuSelf, round(own.selfMs, 1000))
  if (isCpuBound(stats, share, rules)) span.setAttribute(keys.cpuBound, true)
  if (exceedsMemory(stats, rules)) span.setAttribute(keys.memoryThresholdExceeded, true)
  if (share.shared) span.setAttribute(keys.shared, true)
  if (cpu) span.setAttribute(keys.cpuTime, round(cpu.timeMs, 1000))
  // How far all that follows can be trusted.
  const coverage = round(stats.coverage, 1000)
  if (coverage < 1) span.setAttribute(keys.coverage, coverage)
  if (own) span.setAttribute(keys.cpuOthers, round(own.othersMs, 1000))
  if (cpu) span.setAttribute(keys.cpuMax, round(cpu.max, 100))
  if (memory) span.setAttribute(keys.memoryMax, toMb(memory.max))
  if (thread?.waitMs !== undefined) span.setAttribute(keys.cpuWait, round(thread.waitMs, 1000))
  if (cgroup?.throttledMs !== undefined) span.setAttribute(keys.cpuThrottled, round(cgroup.throttledMs, 1000))
  if (own) span.setAttribute(keys.cpuSelfAvg, round(selfAvg(own, stats), 100))
  if (cpu) span.setAttribute(keys.cpuAvg, round(cpu.avg, 100))
  span.setAttribute(keys.samples, stats.samples)
  if (memory) {
    span.setAttribute(keys.memoryAvg, toMb(memory.avg))
    span.setAttribute(keys.memoryMin, toMb(memory.min))
  }
  if (cpu) span.setAttribute(keys.cpuMin, round(cpu.min, 100))
}

/** Writes the attributes that the rules ask for. */
export function writeAttributes(
  span: AttributeTarget,
  stats: ResourceStats,
  share: SpanShare,
  rules: AttributeRules,
): void {
  writeEssentials(span, stats, share, rules)
  if (rules.detail === 'full') writeDetails(span, stats, share, rules)
}

function writeDetails(span: AttributeTarget, stats: ResourceStats, share: SpanShare, { keys }: AttributeRules): void {
  const { thread, memory, faults, contextSwitches, io, network } = stats
  if (share.own) span.setAttribute(keys.cpuTotal, round(share.own.totalMs, 1000))
  if (isKnown(stats)) {
    const { cpu } = stats
    span.setAttribute(keys.cpuP50, round(cpu.p50, 100))
    span.setAttribute(keys.cpuP95, round(cpu.p95, 100))
    span.setAttribute(keys.cpuP99, round(cpu.p99, 100))
    if (stats.overheadMs !== undefined) span.setAttribute(keys.overhead, round(stats.overheadMs, 1000))
  }
  span.setAttribute(keys.maxGap, round(stats.maxGapMs, 1000))
  if (thread) {
    span.setAttribute(keys.threadTime, round(thread.timeMs, 1000))
    span.setAttribute(keys.threadAvg, round(thread.avg, 100))
    span.setAttribute(keys.threadMax, round(thread.max, 100))
  }
  if (memory) {
    span.setAttribute(keys.memoryStart, toMb(memory.start))
    span.setAttribute(keys.memoryEnd, toMb(memory.end))
    span.setAttribute(keys.memoryPeak, toMb(memory.peak))
  }
  if (faults) {
    span.setAttribute(keys.minorFaults, faults.minor)
    span.setAttribute(keys.majorFaults, faults.major)
  }
  if (contextSwitches) {
    span.setAttribute(keys.voluntarySwitches, contextSwitches.voluntary)
    span.setAttribute(keys.involuntarySwitches, contextSwitches.involuntary)
  }
  if (io) {
    span.setAttribute(keys.ioRead, io.readBytes)
    span.setAttribute(keys.ioWritten, io.writeBytes)
  }
  if (network) {
    span.setAttribute(keys.received, network.receiveBytes)
    span.setAttribute(keys.transmitted, network.transmitBytes)
  }
}

/** In % of one core. */
function selfAvg({ selfMs }: OwnTime, { durationMs }: EssentialStats): number {
  return durationMs > 0 ? (100 * selfMs) / durationMs : 0
}

/** Whether the CPU of a window is known, and not only as a share of a time in which nobody looked. */
export function isKnown<S extends EssentialStats>(stats: S): stats is S & { cpu: NonNullable<S['cpu']> } {
  return stats.cpu !== undefined && (stats.samples > 0 || stats.coverage > 0)
}

function toMb(bytes: number): number {
  return round(bytes / megabyte, 100)
}

function round(value: number, digits: number): number {
  return Math.round(value * digits) / digits
}

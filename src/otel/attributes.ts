import type { ResourceStats } from '../types.js'
import type { AttributeKeys } from './names.js'

export interface Thresholds {
  /** `cpu_bound` is set when the process used at least this much CPU at its busiest, in % of one core. Default 80. */
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

const megabyte = 2 ** 20

export function isCpuBound(stats: ResourceStats, { cpuThreshold }: AttributeRules): boolean {
  return stats.cpu.max >= cpuThreshold
}

export function exceedsMemory({ memory }: ResourceStats, { memoryThresholdMb }: AttributeRules): boolean {
  return memory !== undefined && memoryThresholdMb !== undefined && memory.max > memoryThresholdMb * megabyte
}

/** The attributes that tell a span's cost. A window of which nothing is known tells only that: `samples` and `coverage`. */
export function toAttributes(stats: ResourceStats, rules: AttributeRules): SpanAttributes {
  const { keys } = rules
  const attributes: SpanAttributes = {}
  const { cpu, thread, memory } = stats
  const known = stats.samples > 0 || stats.coverage > 0
  if (known) {
    attributes[keys.cpuAvg] = round(cpu.avg, 100)
    attributes[keys.cpuMax] = round(cpu.max, 100)
    attributes[keys.cpuMin] = round(cpu.min, 100)
    attributes[keys.cpuTime] = round(cpu.timeMs, 1000)
  }
  if (thread?.waitMs !== undefined) attributes[keys.cpuWait] = round(thread.waitMs, 1000)
  const throttledMs = stats.cgroup?.throttledMs
  if (throttledMs !== undefined) attributes[keys.cpuThrottled] = round(throttledMs, 1000)
  if (memory) {
    attributes[keys.memoryAvg] = toMb(memory.avg)
    attributes[keys.memoryMax] = toMb(memory.max)
    attributes[keys.memoryMin] = toMb(memory.min)
  }
  attributes[keys.samples] = stats.samples
  const coverage = round(stats.coverage, 1000)
  if (coverage < 1) attributes[keys.coverage] = coverage
  if (isCpuBound(stats, rules)) attributes[keys.cpuBound] = true
  if (exceedsMemory(stats, rules)) attributes[keys.memoryThresholdExceeded] = true
  if (rules.detail === 'full') addFullDetail(attributes, stats, keys, known)
  return attributes
}

function addFullDetail(attributes: SpanAttributes, stats: ResourceStats, keys: AttributeKeys, known: boolean): void {
  const { cpu, thread, memory, faults, contextSwitches, io, network } = stats
  if (known) {
    attributes[keys.cpuP50] = round(cpu.p50, 100)
    attributes[keys.cpuP95] = round(cpu.p95, 100)
    attributes[keys.cpuP99] = round(cpu.p99, 100)
    attributes[keys.overhead] = round(stats.overheadMs, 1000)
  }
  attributes[keys.maxGap] = round(stats.maxGapMs, 1000)
  if (thread) {
    attributes[keys.threadTime] = round(thread.timeMs, 1000)
    attributes[keys.threadAvg] = round(thread.avg, 100)
    attributes[keys.threadMax] = round(thread.max, 100)
  }
  if (memory) {
    attributes[keys.memoryStart] = toMb(memory.start)
    attributes[keys.memoryEnd] = toMb(memory.end)
    attributes[keys.memoryPeak] = toMb(memory.peak)
  }
  if (faults) {
    attributes[keys.minorFaults] = faults.minor
    attributes[keys.majorFaults] = faults.major
  }
  if (contextSwitches) {
    attributes[keys.voluntarySwitches] = contextSwitches.voluntary
    attributes[keys.involuntarySwitches] = contextSwitches.involuntary
  }
  if (io) {
    attributes[keys.ioRead] = io.readBytes
    attributes[keys.ioWritten] = io.writeBytes
  }
  if (network) {
    attributes[keys.received] = network.receiveBytes
    attributes[keys.transmitted] = network.transmitBytes
  }
}

function toMb(bytes: number): number {
  return round(bytes / megabyte, 100)
}

function round(value: number, digits: number): number {
  return Math.round(value * digits) / digits
}

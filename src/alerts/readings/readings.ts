import { announcesTurns } from '../../attribution/host.js'
import { measureTracing, type TracingMeter } from '../../metrics/tracing-meter.js'
import { isBuiltIn } from '../metrics.js'
import { Averaged, type Averages } from './averaged.js'
import { type AveragedValue, averagesOf, throttled, waiting } from './averages.js'
import { Blocks, longBlockMs } from './blocks.js'
import type { History } from './history.js'
import { BetweenLooks, Steps } from './polled.js'
import type { Reading } from './reading.js'
import { type Limit, Sampled } from './sampled.js'

/** Throttling is read every 100 ms, run delay every 10: means of less would be of nothing. */
const shortestShareMs = 100
/** What part of the time something took, with after how many ms that is known. */
const shares: Readonly<Record<string, readonly [Averages, lagMs: number]>> = {
  'wait.percent': [waiting, 50],
  'throttled.percent': [throttled, 250],
}

const sampled: Readonly<Record<string, readonly [AveragedValue, Limit]>> = {
  'cpu.percent': ['cpu', 'none'],
  'cpu.limit_percent': ['cpu', 'cpu'],
  'thread.percent': ['thread', 'none'],
  'memory.bytes': ['memory', 'none'],
  'memory.limit_percent': ['memory', 'memory'],
}

/** What a rule asks for. */
interface Wanted {
  readonly metric: string
  /** 0: of each sample. */
  readonly averageMs: number
  readonly threshold: number
}

/** What all rules read, each once. */
export class Readings {
  readonly #history: History
  readonly #functions: ReadonlyMap<string, () => number | undefined>
  readonly #onBlock: () => void
  readonly #byKey = new Map<string, Reading>()
  #tracing: TracingMeter | undefined
  /** Watched for all rules: see `longBlockMs`. Undefined where nothing but a timer could. */
  blocks: Blocks | undefined

  constructor(history: History, functions: ReadonlyMap<string, () => number | undefined>, onBlock: () => void) {
    this.#history = history
    this.#functions = functions
    this.#onBlock = onBlock
    if (history.monitor.backend === 'native') this.blocks = this.#watchBlocks(longBlockMs)
  }

  /** What a rule reads from now on. */
  of({ metric, averageMs, threshold }: Wanted): Reading {
    if (metric === 'loop.blocked_ms') return this.#blocksFrom(Math.max(1, threshold))
    const lengthMs = metric in shares ? Math.max(shortestShareMs, averageMs) : averageMs
    // Means over another length are another reading.
    const isMean = lengthMs > 0 && (metric in shares || metric in sampled)
    return this.#once(isMean ? `${metric} ${lengthMs}` : metric, () => this.#make(metric, lengthMs))
  }

  /** The readings of these rules are all that are still needed. */
  keep(needed: ReadonlySet<Reading>): void {
    for (const [key, reading] of this.#byKey) {
      if (needed.has(reading)) continue
      reading.stop?.()
      this.#byKey.delete(key)
    }
    if (![...this.#byKey.keys()].some((key) => key.startsWith('tracing.'))) this.#stopTracing()
  }

  /** Finds out what happened up to now. Returns whether that is all: if not, to be called again soon. */
  advance(nowMs: number): boolean {
    this.#history.advance(nowMs)
    for (const reading of this.#byKey.values()) reading.advance(nowMs)
    this.blocks?.advance(nowMs)
    return this.blocks?.isSettled ?? true
  }

  report(metric: string, atMs: number, value: number): void {
    const reading = this.#byKey.get(metric)
    if (reading instanceof Steps) reading.report(atMs, value)
  }

  stop(): void {
    this.keep(new Set())
    this.blocks?.stop()
    this.blocks = undefined
  }

  #once(key: string, make: () => Reading): Reading {
    const reading = this.#byKey.get(key) ?? make()
    this.#byKey.set(key, reading)
    return reading
  }

  #blocksFrom(minMs: number): Reading {
    if (this.blocks === undefined) this.blocks = this.#watchBlocks(minMs)
    else this.blocks.watchFrom(minMs)
    return this.blocks
  }

  #watchBlocks(minMs: number): Blocks {
    return new Blocks(this.#history, minMs, this.#onBlock)
  }

  #make(metric: string, lengthMs: number): Reading {
    const history = this.#history
    const { monitor, untilMs } = history
    const of = sampled[metric]
    if (of !== undefined) {
      return lengthMs > 0 ? new Averaged(history, lengthMs, 0, averagesOf(...of)) : new Sampled(history, ...of)
    }
    if (!isBuiltIn(metric)) return new Steps(untilMs, this.#functions.get(metric))
    const share = shares[metric]
    if (share !== undefined) return new Averaged(history, lengthMs, share[1], share[0])
    if (metric === 'sampler.missed_percent') return new BetweenLooks(untilMs, missed(monitor))
    this.#tracing ??= announcesTurns && monitor.backend === 'native' ? measureTracing() : undefined
    const meter = () => this.#tracing
    if (metric === 'tracing.cpu_percent') return new BetweenLooks(untilMs, tracingCpu(meter))
    return new Steps(untilMs, () => tracingBytes(meter(), monitor.health().memoryBytes))
  }

  #stopTracing(): void {
    this.#tracing?.stop()
    this.#tracing = undefined
  }
}

interface Counts {
  health(): { samples: number; missedTicks: object }
}

/** Ticks that passed without a sample, in percent of all. */
function missed(monitor: Counts) {
  const count = () => {
    const { samples, missedTicks } = monitor.health()
    return { samples, missed: Object.values(missedTicks).reduce((sum: number, ticks: number) => sum + ticks, 0) }
  }
  let before = count()
  return () => {
    const now = count()
    const lost = now.missed - before.missed
    const all = lost + now.samples - before.samples
    before = now
    return all > 0 ? (100 * lost) / all : undefined
  }
}

function tracingCpu(meter: () => TracingMeter | undefined) {
  const total = () =>
    meter()
      ?.read()
      ?.cpu.reduce((sum, { timeMs }) => sum + timeMs, 0)
  let before = total()
  return (fromMs: number, toMs: number) => {
    const now = total()
    const known = before !== undefined && now !== undefined
    const percent = known ? (100 * Math.max(0, now - before!)) / (toMs - fromMs) : undefined
    before = now
    return percent
  }
}

function tracingBytes(meter: TracingMeter | undefined, historyBytes: number): number | undefined {
  const memory = meter?.memory()
  return memory && memory.queuedBytes + memory.exportingBytes + historyBytes
}

import type { Source, SourceHealth } from '../../health.js'
import type { Edge } from '../backend.js'
import { MS, now, toMs } from './clock.js'
import { clocks, longEnough } from './cpu-clock.js'
import { Slot } from './layout.js'

const RETRY_AFTER = 1000 * MS
const MICROSECOND = 1000

/** A call that may fail on this machine. After a failure it is left alone for a second. */
class Guarded<T> {
  reason: string | undefined
  readonly #call: () => T
  #retryAt = 0

  constructor(call: () => T) {
    this.#call = call
  }

  read(time: number): T | undefined {
    if (time < this.#retryAt) return undefined
    try {
      const value = this.#call()
      this.reason = undefined
      this.#retryAt = 0
      return value
    } catch (error) {
      this.reason = error instanceof Error ? error.message : String(error)
      this.#retryAt = time + RETRY_AFTER
      return undefined
    }
  }
}

type ThreadCpuUsage = () => NodeJS.CpuUsage

/** Node.js has it from 22.19 and 23.9 on. */
function threadCpuUsage(): ThreadCpuUsage | undefined {
  return (process as { threadCpuUsage?: ThreadCpuUsage }).threadCpuUsage
}

/** Reads the counters through what Node.js offers. */
export class NodeReader {
  readonly thread = threadCpuUsage() !== undefined
  readonly memory: boolean
  /** Windows does not report minor faults and context switches: Node.js shows zeros. */
  readonly faults: boolean
  readonly #sources: readonly Source[]
  readonly #tolerated: number
  readonly #rss = new Guarded(() => process.memoryUsage.rss())
  /** One call for all: its CPU times are those of `process.cpuUsage()`, at the same price. */
  readonly #usage = new Guarded(() => process.resourceUsage())
  readonly #threadUsage = new Guarded(() => threadCpuUsage()?.call(process))

  /** `period` in ns. */
  constructor(sources: readonly Source[], period: number) {
    this.#sources = sources
    this.memory = sources.includes('memory')
    this.faults = sources.includes('faults') && process.platform !== 'win32'
    this.#tolerated = Math.max(period / 20, 20 * MICROSECOND)
  }

  /** Fills all slots with what the machine says; the sampler's own cost is not taken off yet. */
  read(into: Edge): void {
    into.fill(Number.NaN)
    into[Slot.covered] = 0
    const begin = now()
    if (this.memory) into[Slot.resident] = this.#rss.read(begin) ?? Number.NaN
    this.#readClocks(into)
  }

  /**
   * All clocks as of the middle of the time it took to read them. The first reading may have been cut in two by the
   * scheduler or the garbage collector; the second is taken as it is.
   */
  #readClocks(into: Edge): void {
    for (let attempt = 0; attempt < 2; attempt++) {
      const before = now()
      const usage = this.#usage.read(before)
      const thread = this.thread ? this.#threadUsage.read(before) : undefined
      const after = now()
      into[Slot.time] = Math.round((before + after) / 2)
      // CPU time comes as two numbers of whole microseconds.
      into[Slot.uncertainty] = (after - before) / 2 + MICROSECOND
      if (usage) this.#takeUsage(usage, into)
      if (thread) into[Slot.thread] = (thread.user + thread.system) * MICROSECOND
      if (after - before <= this.#tolerated) return
    }
  }

  #takeUsage(usage: NodeJS.ResourceUsage, into: Edge): void {
    into[Slot.cpu] = (usage.userCPUTime + usage.systemCPUTime) * MICROSECOND
    if (this.memory) into[Slot.peak] = Math.max(usage.maxRSS * 1024, into[Slot.resident]!)
    if (!this.faults) return
    into[Slot.minorFaults] = usage.minorPageFault
    into[Slot.majorFaults] = usage.majorPageFault
    into[Slot.voluntarySwitches] = usage.voluntaryContextSwitches
    into[Slot.involuntarySwitches] = usage.involuntaryContextSwitches
  }

  /** The sources that were asked for, and the CPU clocks. */
  health(): Partial<Record<'threads' | Source, SourceHealth>> {
    const health: Partial<Record<'threads' | Source, SourceHealth>> = { threads: missing(this.#threadsReason()) }
    for (const source of this.#sources) health[source] = this.#sourceHealth(source)
    return health
  }

  #sourceHealth(source: Source): SourceHealth {
    if (source !== 'memory' && source !== 'faults') return missing('needs the native sampler')
    if (source === 'faults' && !this.faults) return missing(`not reported on ${process.platform}`)
    const reason = (source === 'memory' ? this.#rss.reason : undefined) ?? this.#usage.reason
    return reason === undefined ? { available: true } : missing(reason)
  }

  #threadsReason(): string {
    const reasons = ['process.cpuUsage() may be a scheduler tick behind for threads other than the caller']
    const shortest = toMs(longEnough(clocks().process))
    if (shortest > 0) reasons.push(`so extremes and percentiles of cpu are those of ${Math.ceil(shortest)} ms and more`)
    if (!this.thread) reasons.push('process.threadCpuUsage() needs Node.js 22.19 or 23.9')
    if (this.#threadUsage.reason !== undefined) reasons.push(this.#threadUsage.reason)
    return reasons.join('; ')
  }
}

function missing(reason: string): SourceHealth {
  return { available: false, reason }
}

import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { announcesTurns } from '../attribution/host.js'
import { performanceNow } from '../clock.js'
import { createMonitor } from '../create-monitor.js'
import type { MonitorHealth } from '../health.js'
import { LongestBlock } from '../loop/longest-block.js'
import { isKnown } from '../otel/attributes.js'
import type { TracingCost } from '../overhead/tracing-overhead.js'
import { type Sampling, within } from '../own-monitor.js'
import { samplingRatio } from '../trace-sampling/ratio.js'
import type { Mark, ResourceMonitor, ResourceStats } from '../types.js'
import { CounterLog, LookBack } from './look-back.js'
import type { ReadName } from './table.js'
import { measureTracing, type TracingMeter } from './tracing-meter.js'

export interface Point {
  value: number
  attributes?: Record<string, string>
}

/** The values of each metric. Metrics that the machine does not have are left out. */
export type Points = Partial<Record<ReadName, Point[]>>

export interface MetricCollectorOptions {
  /** How far maxima and means reach back for readers that cannot be distinguished, in ms. */
  windowMs: number
  /** Whether to measure the cost of tracing, which takes hooks at every await, as attribution does. */
  tracing: boolean
  /** The monitor to ask. Default: one of the collector's own. */
  monitor?: ResourceMonitor
  /** What was configured for its own. */
  sampling?: Sampling
}

/**
 * Throttling is read every 100 ms. Windows that meet this long ago have samples on both sides of their border, so that
 * their sums add up.
 */
const throttlingKnownMs = 250

/**
 * Collects the metrics when somebody reads them. A collection takes some hundred microseconds, and
 * reads /proc/self/task.
 */
export class MetricCollector {
  readonly #monitor: ResourceMonitor
  readonly #ownsMonitor: boolean
  /** The counters when the metrics began. */
  readonly #mark: Mark
  readonly #tracing: TracingMeter | undefined
  readonly #lookBack: LookBack
  /** Undefined with the sampler in JavaScript. */
  readonly #longestBlock: LongestBlock | undefined
  /** CPU time so far, in ms: of tracing on this thread, and of the process in user and in system mode. */
  readonly #log = { tracing: new CounterLog(), user: new CounterLog(), system: new CounterLog() }
  #throttledMs = 0
  /** The time up to which `#throttledMs` is known. */
  #throttledUntilMs: number

  constructor({ windowMs, tracing, monitor, sampling }: MetricCollectorOptions) {
    this.#monitor = (monitor ?? ownMonitor(windowMs, sampling)).start()
    this.#ownsMonitor = monitor === undefined
    this.#mark = this.#monitor.mark()
    this.#mark.release()
    const { timeMs } = this.#mark
    this.#throttledUntilMs = timeMs
    this.#lookBack = new LookBack(windowMs, timeMs)
    this.#longestBlock = this.#monitor.backend === 'native' ? new LongestBlock() : undefined
    this.#tracing = tracing && announcesTurns && this.#monitor.backend === 'native' ? measureTracing() : undefined
    // The cost of tracing is not 0 now if somebody else has measured it before.
    this.#logCounters(timeMs, this.#tracing?.read())
  }

  /** `reader`: a name that distinguishes this reader from others, if there is one. */
  collect(reader?: string): Points {
    const nowMs = performanceNow()
    // At least 1 ms, so that means are defined.
    const fromMs = Math.min(this.#lookBack.windowStart(nowMs, reader), nowMs - 1)
    const cost = this.#tracing?.read()
    this.#logCounters(nowMs, cost)
    const window = this.#monitor.between(fromMs, nowMs)
    // Read after the window, so that the peak so far is not below the maximum of the window.
    const total = this.#monitor.since(this.#mark)
    const health = this.#monitor.health()
    return {
      ...this.#process(total, fromMs, nowMs),
      ...ownFigures(total, window, this.#throttled(total, nowMs)),
      ...(cost && this.#tracingCost(cost, health, fromMs, nowMs)),
      ...blocked(this.#longestBlock?.since(fromMs)),
      ...sampler(health),
    }
  }

  stop(): void {
    this.#tracing?.stop()
    this.#longestBlock?.stop()
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
  }

  #logCounters(nowMs: number, cost: TracingCost | undefined): void {
    const { user, system } = process.cpuUsage()
    this.#log.user.push(nowMs, user / 1e3)
    this.#log.system.push(nowMs, system / 1e3)
    this.#log.tracing.push(nowMs, cost?.cpu.reduce((sum, { timeMs }) => sum + timeMs, 0) ?? 0)
  }

  /** The metrics `process.*` of the semantic conventions: the operating system's figures. */
  #process({ memory, io }: ResourceStats, fromMs: number, nowMs: number): Points {
    const { user, system } = process.cpuUsage()
    const usage = process.resourceUsage()
    const points: Points = {
      'process.cpu.time': both('cpu.mode', { user: user / 1e6, system: system / 1e6 }),
      'process.context_switches': both('process.context_switch.type', {
        voluntary: usage.voluntaryContextSwitches,
        involuntary: usage.involuntaryContextSwitches,
      }),
      'process.paging.faults': both('system.paging.fault.type', {
        major: usage.majorPageFault,
        minor: usage.minorPageFault,
      }),
    }
    const resident = memory?.end ?? tryTo(() => process.memoryUsage.rss())
    if (resident !== undefined) points['process.memory.usage'] = one(resident)
    const available = (nowMs - fromMs) * availableParallelism()
    const share = (log: CounterLog) => Math.max(0, log.at(nowMs) - log.at(fromMs)) / available
    const utilization = { user: share(this.#log.user), system: share(this.#log.system) }
    points['process.cpu.utilization'] = both('cpu.mode', utilization)
    if (io) points['process.disk.io'] = both('disk.io.direction', { read: io.readBytes, write: io.writeBytes })
    const threads = tryTo(() => readdirSync('/proc/self/task').length)
    if (threads !== undefined) points['process.thread.count'] = one(threads)
    return points
  }

  /**
   * A mark does not have it, and the history does not keep it for ever: it is added up from collection to collection.
   */
  #throttled(total: ResourceStats, nowMs: number): number | undefined {
    if (total.cgroup?.throttledMs === undefined) return undefined
    const untilMs = Math.max(this.#throttledUntilMs, nowMs - throttlingKnownMs)
    const { cgroup } = this.#monitor.between(this.#throttledUntilMs, untilMs)
    this.#throttledUntilMs = untilMs
    this.#throttledMs += cgroup?.throttledMs ?? 0
    return this.#throttledMs
  }

  #tracingCost(cost: TracingCost, { memoryBytes }: MonitorHealth, fromMs: number, nowMs: number): Points {
    const log = this.#log.tracing
    const { queuedBytes = 0, exportingBytes = 0 } = this.#tracing?.memory() ?? {}
    const [queue, exporting] = [Math.round(queuedBytes), Math.round(exportingBytes)]
    const usage = { queue, export: exporting, sampler: memoryBytes }
    const points: Points = {
      'spanmeter.tracing.cpu.time': cost.cpu.map(({ component, scope, timeMs }) => {
        const attributes: Record<string, string> = { 'spanmeter.tracing.component': component }
        if (scope !== undefined) attributes['spanmeter.tracing.scope'] = scope
        return { value: timeMs / 1e3, attributes }
      }),
      'spanmeter.tracing.cpu.overhead': one((100 * (log.at(nowMs) - log.at(fromMs))) / (nowMs - fromMs)),
      'spanmeter.tracing.memory.usage': both('spanmeter.tracing.component', usage),
      'spanmeter.tracing.memory.overhead': one(queue + exporting + memoryBytes),
    }
    if (cost.exportedBytes !== undefined) points['spanmeter.tracing.export.io'] = one(cost.exportedBytes)
    return points
  }
}

function ownMonitor(windowMs: number, sampling: Sampling | undefined): ResourceMonitor {
  const monitor = createMonitor(within(sampling, { periodMs: 10, whenIdle: 'sample' }))
  if (monitor.backend === 'native') return monitor
  // The JavaScript sampler keeps no summaries, so its history must hold the whole window.
  const periodMs = Math.max(10, windowMs / 10_000)
  const historyMs = Math.max(30_000, windowMs)
  return createMonitor(within(sampling, { backend: 'js', periodMs, historyMs, whenIdle: 'sample' }))
}

/** The metrics of the process and of the JavaScript thread that take a sampler. */
function ownFigures(total: ResourceStats, window: ResourceStats, throttledMs: number | undefined): Points {
  const points: Points = {}
  if (isKnown(window)) {
    points['spanmeter.process.cpu.avg'] = one(window.cpu.avg)
    points['spanmeter.process.cpu.max'] = one(window.cpu.max)
  }
  // The present value was read after the last sample.
  const highest = Math.max(window.memory?.max ?? 0, total.memory?.end ?? 0)
  if (window.memory) points['spanmeter.process.memory.max'] = one(Math.round(highest))
  if (total.memory) points['spanmeter.process.memory.peak'] = one(total.memory.peak)
  if (total.thread) points['spanmeter.thread.cpu.time'] = one(total.thread.timeMs / 1e3)
  if (total.thread?.waitMs !== undefined) points['spanmeter.thread.wait.time'] = one(total.thread.waitMs / 1e3)
  if (throttledMs !== undefined) points['spanmeter.cgroup.throttled.time'] = one(throttledMs / 1e3)
  return points
}

function blocked(ms: number | undefined): Points {
  return ms === undefined ? {} : { 'spanmeter.loop.blocked.max': one(ms / 1e3) }
}

function sampler(health: MonitorHealth): Points {
  const points: Points = {
    'spanmeter.sampler.cpu.time': one(health.cpuTimeMs / 1e3),
    'spanmeter.sampler.memory.usage': one(health.memoryBytes),
    'spanmeter.sampler.samples': one(health.samples),
    'spanmeter.sampler.missed_ticks': both('spanmeter.cause', { ...health.missedTicks }),
    'spanmeter.sampler.lateness.p99': one(health.lateness.p99 / 1e3),
    'spanmeter.sampler.period': one(health.periodMs / 1e3),
  }
  const ratio = samplingRatio.current?.()
  if (ratio !== undefined) points['spanmeter.sampling.ratio'] = one(ratio)
  return points
}

function one(value: number): Point[] {
  return [{ value }]
}

/** One point for each value of an attribute. */
function both(key: string, values: Record<string, number>): Point[] {
  return Object.entries(values).map(([name, value]) => ({ value, attributes: { [key]: name } }))
}

/** Undefined where the machine does not have the value. */
function tryTo<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

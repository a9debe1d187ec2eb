import { clearInterval, clearTimeout, performanceNow, setInterval, setTimeout } from '../clock.js'
import { createMonitor } from '../create-monitor.js'
import { outside } from '../outside.js'
import { within } from '../own-monitor.js'
import type { Mark, MonitorOptions, ResourceMonitor } from '../types.js'
import type { CheckedAlerts } from './options.js'
import { History } from './readings/history.js'
import { Readings } from './readings/readings.js'
import { alertOf } from './rules/episodes.js'
import type { CheckedRule } from './rules/rule-options.js'
import type { Episode } from './rules/rule-state.js'
import { type Report, WatchedRule } from './rules/watched-rule.js'
import { WatchedRules } from './rules/watched-rules.js'
import { SpanWatch } from './span-watch.js'
import type { Alert } from './types.js'

/** What happens to alerts. */
export interface Sink {
  /** The alert of an episode has changed. */
  changed(alert: Alert, episode: Episode, rule: CheckedRule): void
  /** After each look, with what fires now. */
  looked(firing: ReadonlyMap<Episode, Firing>): void
  failed(error: unknown): void
  /** A metric of the application could not be read. */
  unread(metric: string, error: unknown): void
}

export interface Firing {
  readonly rule: CheckedRule
  readonly episode: Episode
  /** As it is now. */
  alert(): Alert
}

/** Only what rules ask for. */
const ownMonitor: MonitorOptions & { periodMs: number } = {
  periodMs: 4,
  whenIdle: 'sample',
  sources: ['memory', 'schedstat', 'cgroup'],
}
/** How long to wait for the sampler, which wakes up at the same moment as a process that was stopped. */
const settleMs = 20

/**
 * Looks at what happened since the last look: at an interval, and at once after a blocked loop. Exists while there are rules:
 * without one there is no timer, and nothing is sampled.
 */
export class Engine {
  readonly #monitor: ResourceMonitor
  readonly #ownsMonitor: boolean
  /** Keeps the sampler awake. */
  readonly #mark: Mark
  readonly #labels: Readonly<Record<string, string>>
  readonly #sink: Sink
  readonly #readings: Readings
  readonly #history: History
  readonly #spans = new SpanWatch()
  readonly #rules = new WatchedRules()
  readonly #firing = new Map<Episode, Firing>()
  readonly #timer: NodeJS.Timeout
  /** Of a look before the next one that is due. */
  #again: NodeJS.Timeout | undefined
  looks = 0
  costMs = 0

  constructor({ monitor, sampling, functions, labels, intervalMs }: CheckedAlerts, sink: Sink) {
    this.#ownsMonitor = monitor === undefined
    this.#monitor = (monitor ?? createMonitor(within(sampling, ownMonitor))).start()
    this.#mark = this.#monitor.mark()
    this.#labels = labels
    this.#sink = sink
    this.#history = new History(this.#monitor, performanceNow())
    this.#readings = new Readings(this.#history, harmless(functions, sink), () => this.#look())
    this.#timer = outside(() => setInterval(() => this.#look(), intervalMs).unref())
  }

  get size(): number {
    return this.#rules.size
  }

  get loop(): 'native' | 'timer' | undefined {
    return this.#readings.blocks?.source
  }

  namesOf(phase: 'pending' | 'firing'): string[] {
    return this.#rules.namesOf(phase)
  }

  has(name: string): boolean {
    return this.#rules.has(name)
  }

  add(rule: CheckedRule): void {
    this.#rules.add(new WatchedRule(rule, this.#readings.of(rule), performanceNow()))
  }

  /** Returns whether there was one. */
  remove(name: string): boolean {
    const watched = this.#rules.remove(name)
    if (watched === undefined) return false
    for (const transition of watched.state.end(performanceNow())) this.#report(watched, transition)
    this.#readings.keep(this.#rules.readings())
    return true
  }

  report(metric: string, value: number): void {
    this.#readings.report(metric, performanceNow(), value)
  }

  stop(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#again)
    this.#readings.stop()
    this.#spans.stop()
    this.#mark.release()
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
  }

  /** Never throws: it is called by the event loop. */
  #look(): void {
    const beginMs = performanceNow()
    try {
      if (!this.#readings.advance(beginMs)) this.#lookAgain()
      this.#rules.look(this.#report)
      this.#sink.looked(this.#firing)
    } catch (error) {
      this.#sink.failed(error)
    }
    this.looks++
    this.costMs += performanceNow() - beginMs
  }

  #lookAgain(): void {
    clearTimeout(this.#again)
    this.#again = outside(() => setTimeout(() => this.#look(), settleMs).unref())
  }

  readonly #report: Report = ({ rule }, { to, episode }) => {
    const alert = this.#alertOf(to, rule, episode)
    if (to === 'resolved') this.#firing.delete(episode)
    else this.#firing.set(episode, { rule, episode, alert: () => this.#alertOf('firing', rule, episode) })
    this.#sink.changed(alert, episode, rule)
  }

  #alertOf(state: Alert['state'], rule: CheckedRule, episode: Episode): Alert {
    return alertOf(state, rule, episode, this.#labels, this.#spans)
  }
}

type Functions = ReadonlyMap<string, () => number | undefined>

/** The functions of the application: what one throws, or a value that is no number, is not known. */
function harmless(functions: Functions, sink: Sink): Functions {
  const guarded = (metric: string, read: () => number | undefined) => () => {
    try {
      const value: unknown = read()
      return typeof value === 'number' ? value : undefined
    } catch (error) {
      sink.unread(metric, error)
      return undefined
    }
  }
  return new Map([...functions].map(([metric, read]) => [metric, guarded(metric, read)]))
}

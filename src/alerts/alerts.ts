import { channel as diagnosticsChannel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { clearTimeout, setTimeout } from '../clock.js'
import { SpanmeterError } from '../errors.js'
import { number } from '../options.js'
import type { Channel } from './delivery/channel.js'
import type { Engine } from './engine.js'
import { listenToFeed } from './feeds.js'
import type { CheckedAlerts } from './options.js'
import { Problems } from './problems.js'
import { type CheckedRule, checkRule, maxMs } from './rules/rule-options.js'
import type { Episode } from './rules/rule-state.js'
import type { Alert, AlertEvents, AlertRule, Alerts, AlertsHealth } from './types.js'

/** Each alert is published here, too, for whoever cannot reach the object. */
const published = diagnosticsChannel('spanmeter:alert')

type Warn = (message: string) => void

/** The one implementation of `Alerts`: rules in, alerts out to listeners and channels. */
export class RunningAlerts implements Alerts {
  readonly #options: CheckedAlerts
  readonly #warn: Warn
  readonly #events = new EventEmitter<AlertEvents>()
  /** Made with the first rule. */
  #channels: readonly Channel[] = []
  readonly #stopListening: () => void
  /** While there are rules. */
  #engine: Engine | undefined
  #spent = { looks: 0, costMs: 0 }
  #closed: Promise<void> | undefined

  /** `warn` is called with what goes wrong, each message once. */
  constructor(options: CheckedAlerts, warn: Warn) {
    this.#options = options
    this.#warn = once(warn)
    this.#stopListening = listenToFeed((metric, value) => {
      if (options.fed.has(metric)) this.#engine?.report(metric, value)
    })
    for (const rule of options.rules) this.#start(rule)
  }

  on<Name extends keyof AlertEvents>(event: Name, listener: (...values: AlertEvents[Name]) => void): this {
    this.#events.on(event, listener as never)
    return this
  }

  off<Name extends keyof AlertEvents>(event: Name, listener: (...values: AlertEvents[Name]) => void): this {
    this.#events.off(event, listener as never)
    return this
  }

  add(rule: AlertRule): void {
    if (this.#closed !== undefined) throw new SpanmeterError('DISPOSED', 'the alerts were closed')
    const { functions, fed } = this.#options
    const problems = new Problems()
    const checked = checkRule(rule, new Set([...functions.keys(), ...fed]), problems)
    problems.throwFirst()
    if (this.#engine?.has(rule.name)) {
      throw new TypeError(`name must be another than that of the rules before it, got '${rule.name}'`)
    }
    this.#start(checked!)
  }

  remove(name: string): boolean {
    const removed = this.#engine?.remove(name) === true
    if (this.#engine?.size === 0) this.#stop()
    return removed
  }

  health(): AlertsHealth {
    const engine = this.#engine
    const loop = engine?.loop
    return {
      rules: engine?.size ?? 0,
      firing: engine?.namesOf('firing') ?? [],
      pending: engine?.namesOf('pending') ?? [],
      looks: this.#spent.looks + (engine?.looks ?? 0),
      costMs: this.#spent.costMs + (engine?.costMs ?? 0),
      ...(loop !== undefined && { loop }),
      channels: this.#channels.map((each) => each.health()),
    }
  }

  close(deadlineMs = 5000): Promise<void> {
    number('deadlineMs', deadlineMs, 0, maxMs)
    this.#closed ??= this.#close(deadlineMs)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#stop()
    this.#stopListening()
    const deadline = new AbortController()
    // Keeps the process alive: somebody waits for it.
    const timer = setTimeout(() => deadline.abort(), deadlineMs)
    await Promise.all(this.#channels.map((each) => each.close(deadline.signal)))
    clearTimeout(timer)
  }

  #start(rule: CheckedRule): void {
    if (this.#channels.length === 0) this.#channels = this.#makeChannels()
    const { Engine } = require('./engine.js') as typeof import('./engine.js')
    this.#engine ??= new Engine(this.#options, {
      changed: this.#changed,
      looked: (firing) => {
        for (const each of this.#channels) each.looked(firing)
      },
      unread: (metric, error) => this.#warn(`the metric ${metric} cannot be read: ${textOf(error)}`),
      failed: (error) => this.#warn(`rules were not looked at: ${textOf(error)}`),
    })
    this.#engine.add(rule)
  }

  #makeChannels(): Channel[] {
    const { Channel } = require('./delivery/channel.js') as typeof import('./delivery/channel.js')
    const { senderOf } = require('./delivery/sender.js') as typeof import('./delivery/sender.js')
    return this.#options.channels.map((each) => new Channel(senderOf(each), this.#warn))
  }

  #stop(): void {
    const engine = this.#engine
    if (engine === undefined) return
    this.#engine = undefined
    this.#spent = { looks: this.#spent.looks + engine.looks, costMs: this.#spent.costMs + engine.costMs }
    engine.stop()
  }

  readonly #changed = (alert: Alert, episode: Episode, rule: CheckedRule): void => {
    for (const each of this.#channels) each.changed(alert, episode, rule)
    // Listeners are the application's, and one that throws must not keep the alert from the others.
    for (const listener of this.#events.listeners(alert.state)) this.#safely(() => listener(alert))
    if (published.hasSubscribers) this.#safely(() => published.publish(alert))
  }

  #safely(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#warn(`a listener to alerts has thrown: ${textOf(error)}`)
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const maxMessages = 100

function once(warn: Warn): Warn {
  const known = new Set<string>()
  return (message) => {
    if (known.has(message) || known.size >= maxMessages) return
    known.add(message)
    warn(message)
  }
}

import { clearTimeout, performanceNow, setTimeout } from '../../clock.js'
import { outside } from '../../outside.js'
import type { Firing } from '../engine.js'
import type { CheckedRule } from '../rules/rule-options.js'
import type { Episode } from '../rules/rule-state.js'
import type { Alert, ChannelHealth } from '../types.js'
import { AlertQueue, type Entry } from './alert-queue.js'
import { Attempts } from './attempts.js'
import { CooldownAndLimit } from './cooldown.js'
import type { Sender } from './sender.js'

/** What became of the firing alert of an episode in this channel. */
type Fate = 'queued' | 'delivered' | 'suppressed' | 'lost'

/**
 * One channel: a bounded queue whose alerts are sent one after the other; one that the receiver fails at lets the others go
 * first. An alert that was suppressed is offered again as long as it fires; one that is resolved is sent only if it was sent
 * when it fired.
 */
export class Channel {
  readonly #sender: Sender
  readonly #attempts: Attempts
  readonly #cooldown: CooldownAndLimit
  readonly #warn: (message: string) => void
  readonly #queue: AlertQueue
  readonly #fates = new WeakMap<Episode, Fate>()
  /** When the alert of an episode was last sent, and first. Only where that is to be repeated. */
  readonly #sent = new WeakMap<Episode, { firstMs: number; lastMs: number }>()
  /** The newest episode of each rule, by its name. Only where the receiver is told a state. */
  readonly #latest = new Map<string, Episode>()
  readonly #held = new Map<Entry, NodeJS.Timeout>()
  #work = Promise.resolve()
  #sending = false
  #closing = false
  readonly #counts = { delivered: 0, failed: 0, dropped: 0, suppressed: 0 }
  #lastError: string | undefined

  constructor(sender: Sender, warn: (message: string) => void) {
    this.#sender = sender
    this.#queue = new AlertQueue(sender.limits.queueSize)
    this.#attempts = new Attempts(sender)
    this.#cooldown = new CooldownAndLimit(sender.limits.maxPerHour)
    this.#warn = warn
  }

  health(): ChannelHealth {
    const error = this.#lastError === undefined ? {} : { lastError: this.#lastError }
    return { channel: this.#sender.name, queued: this.#queue.length + this.#held.size, ...this.#counts, ...error }
  }

  changed(alert: Alert, episode: Episode, rule: CheckedRule): void {
    if (alert.state === 'firing') {
      if (this.#sender.state !== undefined) this.#latest.set(rule.name, episode)
      this.#offer(alert, episode, rule)
    } else this.#resolve({ alert, episode, rule, queuedMs: performanceNow() })
  }

  /** What fires now, after a look. */
  looked(firing: ReadonlyMap<Episode, Firing>): void {
    for (const { rule, episode, alert } of firing.values()) {
      const fate = this.#fates.get(episode)
      if (this.#isToOffer(fate, rule)) this.#offer(alert(), episode, rule)
      else if (fate === 'delivered' && this.#isToRepeat(episode)) {
        this.#push({ alert: alert(), episode, rule, queuedMs: performanceNow() })
      }
    }
  }

  /** Sends what waits, until the signal is aborted. */
  async close(signal: AbortSignal): Promise<void> {
    this.#closing = true
    this.#attempts.hurry(signal)
    for (const entry of this.#held.keys()) this.#release(entry)
    await this.#work
    this.#counts.dropped += this.#queue.clear()
  }

  #offer(alert: Alert, episode: Episode, rule: CheckedRule): void {
    if (!this.#isAllowed(rule)) {
      if (this.#fates.get(episode) === undefined) this.#counts.suppressed++
      this.#fates.set(episode, 'suppressed')
      return
    }
    this.#fates.set(episode, 'queued')
    this.#push({ alert, episode, rule, queuedMs: performanceNow() })
  }

  #resolve(entry: Entry): void {
    const fate = this.#fates.get(entry.episode)
    if (fate === 'delivered' || fate === 'queued') this.#push(entry)
  }

  #push(entry: Entry): void {
    const dropped = this.#queue.push(entry)
    if (dropped !== undefined) {
      this.#counts.dropped++
      if (dropped.alert.state === 'firing') this.#noteDrop(dropped.episode)
    }
    if (this.#queue.isUntriedNext) this.#attempts.yield()
    // Outside of whatever request has asked for this.
    if (!this.#sending) this.#work = outside(() => this.#sendAll())
  }

  async #sendAll(): Promise<void> {
    this.#sending = true
    for (let entry = this.#queue.take(); entry !== undefined && !this.#attempts.aborted; entry = this.#queue.take()) {
      const isDone = !this.#isWanted(entry) || (await this.#send(entry))
      if (isDone) this.#queue.remove(entry)
      else this.#queue.postpone(entry)
    }
    this.#sending = false
  }

  /** Whether an alert is still to be sent now that its turn has come. */
  #isWanted(entry: Entry): boolean {
    const { alert, episode, rule } = entry
    const fate = this.#fates.get(episode)
    // What is told a state would take the end of an alert for that of a newer one of its rule.
    const isOver = this.#sender.state !== undefined && this.#latest.get(rule.name) !== episode
    if (alert.state === 'resolved') return fate === 'delivered' && !isOver && !this.#hold(entry)
    if (fate === 'delivered' || this.#isAllowed(rule)) return true
    this.#fates.set(episode, 'suppressed')
    this.#counts.suppressed++
    return false
  }

  /** Returns whether it is done with: delivered, or lost. */
  async #send(entry: Entry): Promise<boolean> {
    const { alert, episode, rule, queuedMs } = entry
    const outcome = await this.#attempts.send(alert, queuedMs, {
      wait: () => this.#queue.hasOthersThan(rule),
      isUntriedNext: () => {
        this.#queue.failedAt(entry)
        return this.#queue.isUntriedNext
      },
    })
    if (outcome === 'later') return false
    if (outcome === 'delivered') {
      this.#counts.delivered++
      if (alert.state === 'firing') this.#noteDelivery(episode, rule)
      return true
    }
    this.#lastError = outcome.message
    // It is counted with what is left.
    if (this.#attempts.aborted) return false
    this.#counts.failed++
    if (alert.state === 'firing') this.#noteFailure(episode)
    this.#warn(`an alert was not delivered: ${outcome.message}`)
    return true
  }

  #noteDelivery(episode: Episode, rule: CheckedRule): void {
    if (this.#fates.get(episode) !== 'delivered') this.#cooldown.delivered(rule)
    this.#fates.set(episode, 'delivered')
    const now = performanceNow()
    this.#sent.set(episode, { firstMs: this.#sent.get(episode)?.firstMs ?? now, lastMs: now })
  }

  /** What was sent before stays so where only a repetition failed, and is repeated when that is due again. */
  #noteFailure(episode: Episode): void {
    if (this.#fates.get(episode) === 'queued') this.#fates.set(episode, 'lost')
    const sent = this.#sent.get(episode)
    if (sent !== undefined) sent.lastMs = performanceNow()
  }

  /** The same where there was no room. What is told a state is offered again what it never got, as long as it fires. */
  #noteDrop(episode: Episode): void {
    if (this.#fates.get(episode) !== 'queued') return
    if (this.#sender.state === undefined) this.#fates.set(episode, 'lost')
    else this.#fates.delete(episode)
  }

  #isAllowed(rule: CheckedRule): boolean {
    return this.#sender.state !== undefined || this.#cooldown.allows(rule)
  }

  /** What there was no room for waits for it: only what is new displaces others. */
  #isToOffer(fate: Fate | undefined, rule: CheckedRule): boolean {
    if (fate === undefined) return !this.#queue.isFull
    return fate === 'suppressed' && this.#cooldown.allows(rule)
  }

  #isToRepeat(episode: Episode): boolean {
    const { state } = this.#sender
    const sent = this.#sent.get(episode)
    if (state === undefined || sent === undefined || performanceNow() - sent.lastMs < state.repeatMs) return false
    return !this.#queue.isFull && !this.#queue.has(episode)
  }

  /** Whether a resolved alert has to wait, and goes back to the queue later. */
  #hold(entry: Entry): boolean {
    const { state } = this.#sender
    const sent = this.#sent.get(entry.episode)
    if (state === undefined || sent === undefined || this.#closing) return false
    const leftMs = sent.firstMs + state.holdMs - performanceNow()
    if (leftMs <= 0) return false
    this.#held.set(entry, setTimeout(() => this.#release(entry), leftMs + 1).unref())
    return true
  }

  #release(entry: Entry): void {
    clearTimeout(this.#held.get(entry))
    this.#held.delete(entry)
    this.#push(entry)
  }
}

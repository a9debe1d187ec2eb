import type { Alert, AlertFunction } from '../types.js'
import type { CheckedChannel, CheckedDelivery } from './check-channel.js'
import { DeliveryFailure } from './failure.js'
import { alertmanagerBody, pagerDutyBody, slackBody, webhookBody } from './formats.js'
import { Pause } from './pause.js'
import { post } from './post.js'

export interface Sending {
  readonly signal: AbortSignal
  /** Whether the process may end meanwhile. */
  readonly unref: boolean
}

/** How alerts leave by one channel. */
export interface Sender {
  /** What it is called in health and errors. */
  readonly name: string
  readonly limits: CheckedDelivery
  /** How long to wait between two alerts, in ms. */
  readonly spacingMs: number
  /** Alertmanager: a firing alert is sent again and again, and kept active for a while. */
  readonly state?: { readonly repeatMs: number; readonly holdMs: number }
  /** Rejects with a `DeliveryFailure`. */
  send(alert: Alert, sending: Sending): Promise<void>
}

const ofFunctions: CheckedDelivery = { queueSize: 100, maxPerHour: 0, timeoutMs: 10_000, retryForMs: 0 }
const alertsPath = '/api/v2/alerts'
/** An alert that is not posted again for so many repetitions, nor is held, ends: the process is gone. */
const repeatsMissed = 5

export function senderOf(channel: AlertFunction | CheckedChannel): Sender {
  return typeof channel === 'function' ? toFunction(channel) : toReceiver(channel)
}

function toFunction(work: AlertFunction): Sender {
  return {
    name: 'function',
    limits: ofFunctions,
    spacingMs: 0,
    async send(alert, { signal }) {
      const pause = new Pause()
      const why = () => (signal.aborted ? 'before the deadline' : `within ${ofFunctions.timeoutMs} ms`)
      const late = () => Promise.reject(new Error(`it has not ended ${why()}`))
      const giveUp = () => pause.cutShort()
      signal.addEventListener('abort', giveUp)
      try {
        signal.throwIfAborted()
        await Promise.race([work(alert), pause.for(ofFunctions.timeoutMs).then(late)])
      } catch (error) {
        throw new DeliveryFailure(`function: ${error instanceof Error ? error.message : String(error)}`, false)
      } finally {
        pause.cancel()
        signal.removeEventListener('abort', giveUp)
      }
    },
  }
}

function toReceiver(channel: CheckedChannel): Sender {
  const { type, headers, timeoutMs, repeatMs, holdMs } = channel
  return {
    name: nameOf(channel),
    limits: type === 'alertmanager' ? { ...channel, maxPerHour: 0 } : channel,
    // What Slack allows.
    spacingMs: type === 'slack' ? 1000 : 0,
    ...(type === 'alertmanager' && { state: { repeatMs, holdMs } }),
    async send(alert, sending) {
      const { url, body } = contentOf(channel, alert)
      await post({ receiver: nameOf(channel), url, headers, body, timeoutMs, ...sending })
    },
  }
}

/** Throws a `DeliveryFailure` where a file of a secret cannot be read: it may be written again. */
function contentOf(channel: CheckedChannel, alert: Alert): { url: string; body: unknown } {
  try {
    const url = channel.url()
    if (channel.type === 'webhook') return { url, body: webhookBody(alert) }
    if (channel.type === 'slack') return { url, body: slackBody(alert) }
    if (channel.type === 'pagerduty') return { url, body: pagerDutyBody(alert, channel.routingKey()) }
    const isOver = alert.state === 'resolved' && alert.endedAt !== undefined
    const activeMs = Math.max(repeatsMissed * channel.repeatMs, channel.holdMs)
    const endsMs = isOver ? alert.endedAt!.getTime() : Date.now() + activeMs
    return { url: url.replace(/\/$/, '') + alertsPath, body: alertmanagerBody(alert, endsMs) }
  } catch (error) {
    throw new DeliveryFailure(`${channel.type}: ${(error as Error).message}`, true)
  }
}

function nameOf({ type, url }: CheckedChannel): string {
  try {
    return `${type} at ${new URL(url()).host}`
  } catch {
    return type
  }
}

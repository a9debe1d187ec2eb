import type { Alert, Severity } from '../types.js'
import type { CheckedChannel } from './check-channel.js'
import { senderOf } from './sender.js'

export interface Trial {
  /** The type of the channel with the host that it sends to. */
  channel: string
  /** Why it failed, without addresses and keys; undefined if it did not. */
  error?: string
}

/** Sends a test alert by a channel, once, and that it is resolved. */
export async function tryChannel(
  channel: CheckedChannel,
  severity: Severity,
  labels: Readonly<Record<string, string>>,
): Promise<Trial> {
  const sender = senderOf(channel)
  const sending = { signal: new AbortController().signal, unref: false }
  try {
    const alert = testAlert(severity, labels)
    await sender.send(alert, sending)
    await sender.send({ ...alert, state: 'resolved', endedAt: new Date() }, sending)
    return { channel: sender.name }
  } catch (error) {
    return { channel: sender.name, error: (error as Error).message.replace(`${sender.name}: `, '') }
  }
}

function testAlert(severity: Severity, labels: Readonly<Record<string, string>>): Alert {
  return {
    ...{ name: 'SpanmeterTest', state: 'firing', severity, metric: 'test', threshold: 0, value: 1, peak: 1 },
    ...{ startedAt: new Date(), durationMs: 0, spans: [], labels: { ...labels } },
    annotations: { summary: 'A test of spanmeter: nothing is wrong' },
  }
}

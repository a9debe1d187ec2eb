import { tryChannel } from '../../alerts/delivery/try-channel.js'
import type { Severity } from '../../alerts/types.js'
import { readOrComplain } from './check.js'

/** Sends a test alert by each channel of a file, and prints what became of it. Returns the exit code. */
export async function tryAll(file: string, severity: Severity): Promise<number> {
  const alerts = readOrComplain(file)
  if (alerts === undefined) return 2
  // A file has no functions.
  const channels = alerts.channels.filter((channel) => typeof channel !== 'function')
  if (channels.length === 0) {
    process.stderr.write(`${file}: there are no channels\n`)
    return 2
  }
  const trials = await Promise.all(channels.map((channel) => tryChannel(channel, severity, alerts.labels)))
  for (const { channel, error } of trials) process.stdout.write(`${channel}: ${error ?? 'delivered'}\n`)
  return trials.some(({ error }) => error !== undefined) ? 2 : 0
}

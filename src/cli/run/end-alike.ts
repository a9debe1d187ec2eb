import { constants } from 'node:os'
import type { End } from './program.js'

/** Ends this process as the program ended: with its code, or by the same signal. */
export function endAlike({ code, signal }: End): void {
  if (signal === undefined) {
    process.exitCode = code ?? 0
    return
  }
  const asCode = 128 + constants.signals[signal]
  // The first process of a container is spared by signals that it sends to itself.
  if (process.pid !== 1) process.kill(process.pid, signal)
  // Reached where the signal is ignored, or takes a while.
  process.exitCode = asCode
  setTimeout(() => process.exit(asCode), 1000)
}

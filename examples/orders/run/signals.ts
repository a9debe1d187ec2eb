import { constants } from 'node:os'

/** Ends the process upon Ctrl+C and its like, once `stop` is done; at once if it comes twice. */
export function onSignals(stop: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const code = 128 + constants.signals[signal]
    process.once(signal, () => {
      console.log('stopping; once more, to stop at once')
      process.once(signal, () => process.exit(code))
      void stop().finally(() => process.exit(code))
    })
  }
}

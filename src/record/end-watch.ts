import { setImmediate } from '../clock.js'
/** Finds out why the thread ends. `onEnd` is called once, when nothing asynchronous is possible any more. */
export class EndWatch {
  readonly #withMessages: boolean
  readonly #onEnd: (why: string, code: number) => void
  #uncaught: string | undefined
  /** Whether the loop has nothing left to do. */
  #isDone = false

  /** `withMessages`: whether messages of errors may be recorded. */
  constructor(withMessages: boolean, onEnd: (why: string, code: number) => void) {
    this.#withMessages = withMessages
    this.#onEnd = onEnd
    process.on('uncaughtExceptionMonitor', this.#onUncaught)
    process.on('beforeExit', this.#onBeforeExit)
    process.on('exit', this.#onExit)
  }

  stop(): void {
    process.off('uncaughtExceptionMonitor', this.#onUncaught)
    process.off('beforeExit', this.#onBeforeExit)
    process.off('exit', this.#onExit)
  }

  readonly #onUncaught = (error: unknown, origin: string): void => {
    const what = origin === 'unhandledRejection' ? 'an unhandled rejection' : 'an uncaught error'
    this.#uncaught = what
    // What is thrown may be anything, and so may its name and message: an error here would hide that of the program.
    try {
      const { name, message } = error instanceof Error ? error : { name: typeof error, message: error }
      const [line = ''] = String(message).split('\n')
      this.#uncaught = `${what}: ${name}${this.#withMessages ? `: ${line.slice(0, 200)}` : ''}`
    } catch {}
  }

  readonly #onBeforeExit = (): void => {
    this.#isDone = true
    // Others may find something to do.
    setImmediate(() => {
      this.#isDone = false
    }).unref()
  }

  readonly #onExit = (code: number): void => {
    this.stop()
    // An error that somebody handled was not the end.
    if (this.#uncaught !== undefined && code !== 0) this.#onEnd(this.#uncaught, code)
    else this.#onEnd(this.#isDone ? 'nothing was left to do' : 'process.exit()', code)
  }
}

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

type Message = { ready: unknown } | { warning: string } | { answer: unknown }

/** The end of a soak's process that asks. */
export class Peer<Question extends { ask: string }, Answers> {
  readonly process: ChildProcess
  /** Resolves to what it said when it was ready. */
  readonly ready: Promise<unknown>
  /** Resolves when it is gone, to how it ended if that was badly. */
  readonly ended: Promise<string | undefined>
  #settle!: { resolve(answer: unknown): void; reject(error: Error): void }

  constructor(name: string, child: ChildProcess, warn: (message: string) => void) {
    this.process = child
    this.ready = this.#next()
    // Who waits for nothing does not hear of its end here, but by `ended`.
    this.ready.catch(() => {})
    child.on('message', (message: Message) => {
      if ('warning' in message) warn(message.warning)
      else this.#settle.resolve('ready' in message ? message.ready : message.answer)
    })
    this.ended = once(child, 'exit').then(([code, signal]) => {
      const how = code === 0 ? undefined : `the ${name} ended with ${signal ?? `exit code ${code}`}`
      this.#settle.reject(new Error(how ?? `the ${name} ended before its time`))
      return how
    })
  }

  async ask<Q extends Question>(question: Q): Promise<Answers[Q['ask'] & keyof Answers]> {
    const answer = this.#next()
    this.process.send(question, (error) => error !== null && this.#settle.reject(error))
    return (await answer) as Answers[Q['ask'] & keyof Answers]
  }

  #next(): Promise<unknown> {
    const { promise, ...settle } = withResolvers<unknown>()
    this.#settle = settle
    return promise
  }
}

function withResolvers<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((...both) => {
    ;[resolve, reject] = both
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}

/** The end that answers, in the process itself. Resolves when it was asked to stop. */
export async function answer<Question extends { ask: string }>(
  ready: unknown,
  to: (question: Question) => unknown,
): Promise<void> {
  // Nothing goes on where whoever asked for it was ended. A terminal interrupts all processes, but only one decides.
  process.once('disconnect', () => process.exit())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.on('warning', ({ message }) => process.send?.({ warning: message }))
  const stopped = new Promise<void>((resolve) => {
    process.on('message', async (question: Question) => {
      const answer = (await to(question)) ?? null
      process.send!({ answer }, () => question.ask === 'stop' && resolve())
    })
  })
  process.send!({ ready })
  await stopped
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  path: string
  headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever was sent
  body: any
  atMs: number
}

export type Answer = number | ((response: ServerResponse) => void)

/** A receiver of alerts, which answers as the test wants: each answer once, then with 200. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = []
  readonly #answers: Answer[]
  readonly #server: Server
  #byPath: ((path: string, response: ServerResponse) => void) | undefined

  private constructor(answers: readonly Answer[]) {
    this.#answers = [...answers]
    this.#server = createServer((request, response) => void this.#take(request, response))
  }

  static async start(answers: readonly Answer[] = [], port = 0): Promise<Receiver> {
    const receiver = new Receiver(answers)
    receiver.#server.listen(port, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** From now on the next requests are answered so. */
  answer(...answers: readonly Answer[]): void {
    this.#answers.push(...answers)
  }

  /** From now on each request is answered by its path. */
  answerBy(answer: (path: string, response: ServerResponse) => void): void {
    this.#byPath = answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await text(request)
    const body = sent === '' ? undefined : JSON.parse(sent)
    const { url, headers } = request
    this.received.push({ path: url!, headers, body, atMs: performance.now() })
    if (this.#byPath !== undefined) return this.#byPath(url!, response)
    const answer = this.#answers.shift() ?? 200
    if (typeof answer === 'number') response.writeHead(answer).end()
    else answer(response)
  }
}

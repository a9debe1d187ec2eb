import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { type DecodedSpan, decodeExport } from './otlp-decode'

/** A small but real OTLP/HTTP trace receiver (JSON) on the loopback interface. */
export class OtlpReceiver {
  readonly spans: DecodedSpan[] = []
  /** One line for each export that could not be accepted. */
  readonly errors: string[] = []
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response))
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get tracesUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`
  }

  /** Lets exports that are on their way in finish. */
  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeIdleConnections()
    await once(this.#server, 'close')
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let status = 200
    let answer = '{}'
    try {
      this.spans.push(...decodeExport(await readBody(request)))
    } catch (error) {
      const message = (error as Error).message
      this.errors.push(message)
      // 400 makes the exporter not try the same body again.
      status = 400
      answer = JSON.stringify({ message })
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer)
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const body = await buffer(request)
  if (request.method !== 'POST' || request.url !== '/v1/traces') {
    throw new Error(`expected POST /v1/traces, got ${request.method} ${request.url}`)
  }
  const type = request.headers['content-type']
  if (type?.split(';')[0] !== 'application/json') throw new Error(`expected application/json, got ${type}`)
  // The user's own OTEL_EXPORTER_OTLP_COMPRESSION reaches this exporter as well.
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}

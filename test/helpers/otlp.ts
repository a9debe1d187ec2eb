import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Value = { stringValue: string } | { boolValue: boolean } | { doubleValue: number } | { intValue: number | string }

interface Export {
  resourceSpans: { scopeSpans: { spans: { name: string; attributes: { key: string; value: Value }[] }[] }[] }[]
}

export interface ReceivedSpan {
  name: string
  attributes: Record<string, unknown>
}

/** Receives traces as OTLP/HTTP JSON. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = []
  readonly requests: { method?: string | undefined; path?: string | undefined; type?: string | undefined }[] = []
  readonly #server: Server = createServer(async (request, response) => {
    this.requests.push({ method: request.method, path: request.url, type: request.headers['content-type'] })
    this.spans.push(...decode(await text(request)))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

function decode(body: string): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body) as Export
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  return spans.map(({ name, attributes }) => ({
    name,
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, decodeValue(value)])),
  }))
}

function decodeValue(value: Value): unknown {
  // 64-bit integers may come as decimal strings.
  if ('intValue' in value) return Number(value.intValue)
  return Object.values(value)[0]
}

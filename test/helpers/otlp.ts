import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { fromProtobuf } from './otlp-protobuf'

type Value = { stringValue: string } | { boolValue: boolean } | { doubleValue: number } | { intValue: number | string }

interface Attribute {
  key: string
  value: Value
}

/** A request, as its JSON form reads; protobuf has bytes for ids. */
export interface TraceExport {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: Span[] }[]
  }[]
}

interface Span {
  traceId: string | Uint8Array
  name: string
  /** 64-bit integers may come as decimal strings. */
  startTimeUnixNano: number | string
  endTimeUnixNano: number | string
  attributes: Attribute[]
}

export interface ReceivedSpan {
  name: string
  attributes: Record<string, unknown>
}

/** With what says where it belongs. */
export interface PlacedSpan extends ReceivedSpan {
  traceId: string
  /** Of the resource. */
  service: unknown
  durationMs: number
}

/** Receives traces by OTLP/HTTP, as JSON or protobuf; takes logs and metrics and forgets them. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: PlacedSpan[] = []
  readonly requests: { method?: string | undefined; path?: string | undefined; type?: string | undefined }[] = []
  readonly #server: Server = createServer(async (request, response) => {
    const { method, url: path, headers } = request
    const type = headers['content-type']
    const body = await buffer(request)
    if (path === '/v1/traces') {
      this.requests.push({ method, path, type })
      this.spans.push(...spansOf(type === 'application/json' ? JSON.parse(body.toString()) : fromProtobuf(body)))
    }
    response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '')
  })

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  /** What OTEL_EXPORTER_OTLP_ENDPOINT takes. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `${this.endpoint}/v1/traces`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

function spansOf({ resourceSpans }: TraceExport): PlacedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = decode(resource.attributes)['service.name']
    const spans = scopeSpans.flatMap((scope) => scope.spans)
    return spans.map(({ traceId, name, startTimeUnixNano, endTimeUnixNano, attributes }) => {
      const id = typeof traceId === 'string' ? traceId : Buffer.from(traceId).toString('hex')
      const durationMs = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6
      return { traceId: id, service, name, durationMs, attributes: decode(attributes) }
    })
  })
}

function decode(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, decodeValue(value)]))
}

function decodeValue(value: Value): unknown {
  // 64-bit integers may come as decimal strings.
  if ('intValue' in value) return Number(value.intValue)
  return Object.values(value)[0]
}

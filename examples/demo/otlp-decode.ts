/**
 * Decodes the JSON of an OTLP/HTTP trace export. Strict: whatever is not as the protocol says is an error that names
 * the place, because a demo that quietly skips what it does not understand proves nothing.
 */

export type AttributeValue = string | number | boolean | AttributeValue[]

export interface DecodedSpan {
  traceId: string
  spanId: string
  /** Undefined: the first of its trace. */
  parentSpanId: string | undefined
  /** Of the resource. */
  service: string | undefined
  name: string
  /** The protocol's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  /** Since the Unix epoch. */
  startMs: number
  durationMs: number
  attributes: Record<string, AttributeValue>
}

type Json = Record<string, unknown>

export function decodeExport(body: string): DecodedSpan[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`)
  }
  const request = object(parsed, 'request')
  return array(request.resourceSpans, 'resourceSpans').flatMap((resourceSpan, r) => {
    const at = `resourceSpans[${r}]`
    const { resource, scopeSpans } = object(resourceSpan, at)
    const service = decodeAttributes(object(resource, `${at}.resource`).attributes, `${at}.resource`)['service.name']
    return array(scopeSpans, `${at}.scopeSpans`).flatMap((scopeSpan, s) => {
      const spansAt = `${at}.scopeSpans[${s}].spans`
      return array(object(scopeSpan, spansAt).spans, spansAt).map((span, i) => ({
        ...decodeSpan(span, `${spansAt}[${i}]`),
        service: service === undefined ? undefined : String(service),
      }))
    })
  })
}

function decodeSpan(value: unknown, at: string): Omit<DecodedSpan, 'service'> {
  const span = object(value, at)
  expect(isHex(span.traceId, 32), `${at}.traceId`, '32 hex digits', span.traceId)
  expect(isHex(span.spanId, 16), `${at}.spanId`, '16 hex digits', span.spanId)
  const parent = span.parentSpanId === '' ? undefined : span.parentSpanId
  expect(parent === undefined || isHex(parent, 16), `${at}.parentSpanId`, '16 hex digits', parent)
  expect(typeof span.name === 'string' && span.name !== '', `${at}.name`, 'a string', span.name)
  expect(Number.isInteger(span.kind), `${at}.kind`, 'a number of the SpanKind enum', span.kind)
  const start = nanoseconds(span.startTimeUnixNano, `${at}.startTimeUnixNano`)
  const end = nanoseconds(span.endTimeUnixNano, `${at}.endTimeUnixNano`)
  expect(end >= start, `${at}.endTimeUnixNano`, 'a time not before the start', span.endTimeUnixNano)
  return {
    traceId: span.traceId as string,
    spanId: span.spanId as string,
    parentSpanId: parent as string | undefined,
    name: span.name as string,
    kind: span.kind as number,
    startMs: Number(start) / 1e6,
    // Subtracted as integers: a float of today's nanoseconds is only good to a quarter of a microsecond.
    durationMs: Number(end - start) / 1e6,
    attributes: decodeAttributes(span.attributes, `${at}.attributes`),
  }
}

function decodeAttributes(value: unknown, at: string): Record<string, AttributeValue> {
  const entries = array(value, at).map((entry, i): [string, AttributeValue] => {
    const { key, value } = object(entry, `${at}[${i}]`)
    expect(typeof key === 'string' && key !== '', `${at}[${i}].key`, 'a string', key)
    return [key as string, decodeValue(value, `${at}[${i}].value (${key})`)]
  })
  const attributes = Object.fromEntries(entries)
  expect(Object.keys(attributes).length === entries.length, at, 'unique keys', 'a key twice')
  return attributes
}

function decodeValue(value: unknown, at: string): AttributeValue {
  const fields = Object.entries(object(value, at))
  expect(fields.length === 1, at, 'exactly one value', value)
  const [kind, content] = fields[0] as [string, unknown]
  switch (kind) {
    case 'stringValue':
      expect(typeof content === 'string', at, 'a string', content)
      return content as string
    case 'boolValue':
      expect(typeof content === 'boolean', at, 'a boolean', content)
      return content as boolean
    case 'doubleValue':
      expect(typeof content === 'number', at, 'a number', content)
      return content as number
    case 'intValue':
      // 64-bit integers may come as a number or, as proto3 JSON prefers, as a decimal string.
      expect(Number.isSafeInteger(content) || isDecimal(content), at, 'an integer', content)
      return Number(content)
    case 'arrayValue':
      return array(object(content, at).values, `${at}.values`).map((item, i) => decodeValue(item, `${at}[${i}]`))
    default:
      throw new Error(`${at}: unknown kind of value ${JSON.stringify(kind)}`)
  }
}

function nanoseconds(value: unknown, at: string): bigint {
  expect(typeof value === 'string' && /^\d+$/.test(value), at, 'nanoseconds as a decimal string', value)
  return BigInt(value as string)
}

function object(value: unknown, at: string): Json {
  expect(typeof value === 'object' && value !== null && !Array.isArray(value), at, 'an object', value)
  return value as Json
}

function array(value: unknown, at: string): unknown[] {
  expect(Array.isArray(value), at, 'an array', value)
  return value as unknown[]
}

function isHex(value: unknown, digits: number): boolean {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/i.test(value)
}

function isDecimal(value: unknown): boolean {
  return typeof value === 'string' && /^-?\d+$/.test(value)
}

function expect(holds: boolean, at: string, expected: string, got: unknown): void {
  if (!holds) throw new Error(`${at}: expected ${expected}, got ${JSON.stringify(got) ?? 'nothing'}`)
}

import { expect, test } from 'vitest'
import type { AttributeValue, DecodedSpan } from '../examples/demo/otlp-decode'
import { bottleneck } from '../examples/orders/show/bottleneck'
import { stageSpans } from '../examples/orders/show/span-figures'
import { traceTree } from '../examples/orders/show/tree'
import type { ServiceName } from '../examples/orders/workload/config'

// How the example reads spans, by spans of which all is known.

let ids = 0

function span(name: string, service: string, parent?: DecodedSpan, more: Partial<DecodedSpan> = {}): DecodedSpan {
  const spanId = (++ids).toString(16).padStart(16, '0')
  const base = { traceId: 'f'.repeat(32), kind: 1, startMs: ids, durationMs: 100, attributes: {} }
  return { ...base, spanId, parentSpanId: parent?.spanId, name, service, ...more }
}

/** Ten orders of each service, one after the other, of 100 ms each. */
function orders(figures: Partial<Record<ServiceName, Record<string, AttributeValue>>>): DecodedSpan[] {
  return Object.entries(stageSpans).flatMap(([service, name]) =>
    Array.from({ length: 10 }, (_, i) => {
      const attributes = { 'order.queue_ms': 5, ...figures[service as ServiceName] }
      return span(name, service, undefined, { startMs: 100 * i, attributes })
    }),
  )
}

const lag = { processing: 7, notification: 3, analytics: 2 }
const verdict = (figures: Parameters<typeof orders>[0]) => bottleneck(orders(figures), { now: lag, highest: lag })
const work = (self: number, all: number, wait: number) => ({
  'order.queue_ms': 900,
  'resource.cpu.self_ms': self,
  'resource.cpu.time_ms': all,
  'resource.cpu.wait_ms': wait,
  'workload.operation': 'hash_computation',
})

test.each([
  [{}, 'bottleneck: none, no service made orders wait: at most 5 ms on average, for processing'],
  [
    { processing: work(90, 92, 0) },
    'bottleneck: processing, orders waited 900 ms on average before it, with a lag of up to 7, because it is bound by CPU, of one thread: its event loop ran 90 % of the time for them, its process used 92 % of a core, and the event loop lacked a CPU 0 % of the time, the longest in hash_computation',
  ],
  [
    { notification: work(20, 150, 0) },
    'notification, orders waited 900 ms on average before it, with a lag of up to 3, because it is bound by CPUs, of its thread pool:',
  ],
  [
    { analytics: work(5, 8, 1) },
    'analytics, orders waited 900 ms on average before it, with a lag of up to 2, because it waits for Redis and files:',
  ],
  [{ analytics: work(5, 8, 70) }, 'because others have the CPUs of this machine:'],
  [{ processing: work(25, 26, 70) }, 'because it is bound by CPU, of one thread, and has too few of them here:'],
  [
    { api: { 'resource.cpu.others_ms': 2000, 'resource.cpu.self_ms': 80, 'resource.cpu.time_ms': 90 } },
    'bottleneck: api, orders waited 2000 ms on average behind one another on its event loop, because it is bound by CPU, of one thread:',
  ],
])('of %j', (figures, words) => {
  expect(verdict(figures)).toContain(words)
})

test('what came a second time has no say', () => {
  const again = { ...work(90, 92, 0), 'order.queue_ms': 60_000, 'order.duplicate': true }
  expect(verdict({ processing: again })).toContain('bottleneck: none')
})

test('a tree has each span below the one that caused it, in the order in which they began', () => {
  const root = span('POST /order', 'api', undefined, { attributes: { 'resource.cpu.self_ms': 1.25 } })
  const send = span('send orders', 'api', root)
  const consumed = span('process orders', 'processing', send, { durationMs: 7 })
  const commands = Array.from({ length: 4 }, (_, i) => span('get', 'processing', consumed, { durationMs: i }))
  const validation = span('input_validation', 'api', root, { startMs: 0 })
  expect(
    traceTree([...commands, consumed, send, validation, root])
      .split('\n')
      .map((line) => line.trimEnd()),
  ).toEqual([
    'span                  service            ms  own CPU   others  all CPU  waiting   max MB',
    'POST /order           api             100.0      1.3        –        –        –        –',
    '├─ input_validation   api             100.0        –        –        –        –        –',
    '└─ send orders        api             100.0        –        –        –        –        –',
    '   └─ process orders  processing        7.0        –        –        –        –        –',
    '      └─ get ×4       processing      ≤ 3.0',
  ])
})

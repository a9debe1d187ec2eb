import { readdirSync } from 'node:fs'
import { availableParallelism, constants, setPriority } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OperationName } from '../examples/orders/workload/operations'
import { median } from './helpers/numbers'
import { buildOrders, OrdersRun, orderFor, unlessKafka } from './helpers/orders'
import type { PlacedSpan } from './helpers/otlp'

// The pipeline of examples/orders as it runs, by the spans that a receiver gets.

function figure({ attributes }: PlacedSpan, name: string): number {
  const value = attributes[name]
  if (typeof value !== 'number') throw new Error(`no ${name} in ${JSON.stringify(attributes)}`)
  return value
}

/** Has the threads of a process go before those of others. */
function preferred(pid: number): void {
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      setPriority(Number(thread), constants.priority.PRIORITY_HIGHEST)
    } catch {
      // For root only.
    }
  }
}

describe.skipIf(unlessKafka !== '')(`the order pipeline${unlessKafka}`, () => {
  let run: OrdersRun
  beforeAll(async () => {
    buildOrders()
    run = await OrdersRun.start(['--serve'], { KAFKA_SESSION_TIMEOUT_MS: '6000' })
    await run.printed(/^(ready: )/m)
  })
  afterAll(() => run[Symbol.asyncDispose]())

  /** The span of the work that processing did for an order of its own. */
  async function work(processing: OperationName): Promise<PlacedSpan> {
    const { status, traceId } = await run.post(orderFor(processing))
    expect(status).toBe(202)
    const spans = await run.spans(traceId, 'analyze_order', 'process_order')
    return spans.find(({ name }) => name === 'business_logic')!
  }

  test('exercise 1: an order is one trace through all services, with the work that was asked for', async () => {
    const { status, traceId, id } = await run.post(orderFor('hash_computation'), { 'x-correlation-id': 'mine' })
    expect(status).toBe(202)
    const stages = ['create_order', 'process_order', 'notify_order', 'analyze_order']
    const ofStages = [
      'audit_logging',
      'business_logic',
      'message_formatting',
      'data_analysis',
      'process notified-orders',
    ]
    const topics = ['orders', 'processed-orders', 'notified-orders'].map((topic) => `send ${topic}`)
    const spans = await run.spans(traceId, ...stages, ...ofStages, ...topics)
    const operations = Object.fromEntries(
      spans
        .filter(({ attributes }) => attributes['workload.operation'] !== undefined)
        .map(({ name, service, attributes }) => [`${service} ${name}`, attributes['workload.operation']]),
    )
    expect(operations).toEqual({
      'api audit_logging': 'json_processing',
      'processing business_logic': 'hash_computation',
      'notification message_formatting': 'redis_basic',
      'analytics data_analysis': 'redis_basic',
    })
    for (const service of ['api', 'processing', 'notification', 'analytics']) {
      expect((await run.logged(service, id, service === 'api' ? 'accepted' : 'done')).correlation_id).toBe('mine')
    }
    for (const span of spans) expect(figure(span, 'resource.cpu.time_ms')).toBeGreaterThanOrEqual(0)
    expect(stages.map((name) => spans.filter((span) => span.name === name).length)).toEqual([1, 1, 1, 1])
    // What is never active runs nothing.
    const sent = spans.filter(({ name }) => name.startsWith('send '))
    expect(sent.map((span) => figure(span, 'resource.cpu.self_ms'))).toEqual([0, 0, 0])
  })

  const cores = availableParallelism() > 1 ? '' : ' (skipped: it takes two cores)'
  test.skipIf(cores !== '')(
    `exercise 5: keys in the thread pool take more than 150 %, little of it its own${cores}`,
    async () => {
      // A neighbour may have the other core meanwhile: it has to stand back, where one may ask it to.
      preferred(await run.pidOf('processing'))
      await expect
        .poll(async () => figure(await work('extreme_cpu_computation'), 'resource.cpu.max'), { timeout: 60_000 })
        .toBeGreaterThan(150)
      const span = await work('extreme_cpu_computation')
      expect(figure(span, 'resource.cpu.self_ms')).toBeLessThan(0.5 * figure(span, 'resource.cpu.time_ms'))
    },
  )

  test('exercises 2 and 5: a search for primes is one thread, all of it its own, and heavier than JSON', async () => {
    const [primes, json] = [await work('intensive_prime_computation'), await work('json_processing')]
    const self = figure(primes, 'resource.cpu.self_ms')
    expect(self).toBeGreaterThan(100)
    // What is more than the thread's are those that compile and collect garbage for it.
    expect(self).toBeGreaterThan(0.8 * figure(primes, 'resource.cpu.time_ms'))
    expect(self).toBeGreaterThan(10 * figure(json, 'resource.cpu.self_ms'))
  })

  test('exercise 3: ten orders at once wait for the service whose event loop is busy', async () => {
    const orders = Array.from({ length: 10 }, (_, i) => orderFor('intensive_prime_computation', `customer ${i}`))
    const answers = await Promise.all(orders.map((order) => run.post(order)))
    const traces = await Promise.all(answers.map(({ traceId }) => run.spans(traceId, 'analyze_order', 'process_order')))
    const spans = traces.flat()
    const waited = (name: string) => {
      const waits = spans.filter((span) => span.name === name).map((span) => figure(span, 'order.queue_ms'))
      return median(waits)
    }
    expect(waited('process_order')).toBeGreaterThan(2 * waited('notify_order'))
    expect(waited('process_order')).toBeGreaterThan(2 * waited('analyze_order'))
  })

  test('exercise 4: figures tell CPU, waiting and memory apart', async () => {
    const [primes, redis, keys] = [
      await work('intensive_prime_computation'),
      await work('redis_basic'),
      await work('extreme_cpu_computation'),
    ]
    const waited = (span: PlacedSpan) => (span.attributes['resource.cpu.wait_ms'] as number | undefined) ?? 0
    expect(figure(primes, 'resource.cpu.self_ms')).toBeGreaterThan(0.7 * (primes.durationMs - waited(primes)))
    expect(figure(redis, 'resource.cpu.self_ms')).toBeLessThan(0.7 * redis.durationMs)
    // Each key takes 32 MB, and four are derived at once.
    expect(figure(keys, 'resource.memory.max_mb') - figure(redis, 'resource.memory.min_mb')).toBeGreaterThan(64)
  })

  test('exercise 6: light orders wait behind a severe one on the event loop, and say so', async () => {
    const severe = await run.post(orderFor('extreme_cpu_computation'))
    await run.logged('processing', severe.id, 'begins')
    const others = await Promise.all([1, 2, 3, 5, 6].map((i) => run.post(orderFor('redis_basic', `customer ${i}`))))
    const all = (await Promise.all(others.map(({ traceId }) => run.spans(traceId, 'process_order')))).flat()
    const spans = all.filter(({ name }) => name === 'process_order')
    const held = spans.map((span) => figure(span, 'order.queue_ms') + figure(span, 'resource.cpu.others_ms'))
    const own = spans.map((span) => figure(span, 'resource.cpu.self_ms'))
    expect(median(held)).toBeGreaterThan(5 * median(own))
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildOrders, OrdersRun, orderFor, unlessKafka } from './helpers/orders'
import { RestartingRedis } from './helpers/restarting-redis'
import { whyNoServer } from './helpers/servers'

// The example through what goes wrong in the life of services.

beforeAll(buildOrders)

const unless = unlessKafka || whyNoServer('redis')
// As short as brokers take it, so that a consumer that is gone is soon known to be.
const soon = { KAFKA_SESSION_TIMEOUT_MS: '6000' }

describe.skipIf(unless !== '')(`npm run orders${unless}`, () => {
  test('loses nothing and counts nothing twice when processing is killed and Redis starts again', async () => {
    await using redis = await RestartingRedis.start()
    await using run = await OrdersRun.start(['--orders', '12', '--rate', '20'], { ...soon, REDIS_URL: redis.url })
    const victim = await run.pidOf('processing')
    await run.printed(/^(sending 12 orders)$/m)
    // Stopped while it works on an order, which on a busy machine may take more than one try: Redis knows what is done.
    const stopped = async () => {
      for (;;) {
        const last = run.log('processing').at(-1)
        if (last?.msg === 'begins') {
          process.kill(victim, 'SIGSTOP')
          // What it has sent by then comes first.
          await redis.client.ping()
          if ((await redis.client.exists(`orders:done:processing:${last.order}`)) === 0) return last.order!
          process.kill(victim, 'SIGCONT')
        }
        await sleep(5)
      }
    }
    const interrupted = await stopped()
    process.kill(victim, 'SIGKILL')
    await redis.killAndRestart()

    expect({ ...(await run.ended), stderr: await run.stderr }).toEqual({ code: 0, signal: null, stderr: '' })
    expect(run.stdout).toContain('processing was ended by SIGKILL: it is started again')
    expect(run.stdout).toContain('12 of 12 orders were stored')

    const accepted = run.log('api').filter(({ msg }) => msg === 'accepted')
    const ids = accepted.map(({ order }) => order!)
    expect(new Set(ids).size).toBe(12)
    expect(new Set(await redis.client.hkeys('orders:stored'))).toEqual(new Set(ids))
    const begins = run.log('processing').filter(({ order, msg }) => order === interrupted && msg === 'begins')
    expect(begins.length).toBeGreaterThan(1)
    const did = (service: string, what: string) => run.log(service).filter(({ msg }) => msg === what)
    expect(did('processing', 'done').filter(({ order }) => order === interrupted)).toHaveLength(1)
    const text = readFileSync(join(run.folder, 'orders-report/metrics/analytics.txt'), 'utf8')
    const metrics = text.split('\n').filter((line) => /^orders_(total|value_count|duration_count)/.test(line))
    // A consumer that a busy machine keeps from its broker may get one twice, and passes it over.
    const again = did('analytics', 'came again: passed over').length
    expect(metrics.map((line) => line.replace(/,?otel_scope_name="orders"/, ''))).toEqual([
      'orders_total{outcome="done"} 12',
      ...(again > 0 ? [`orders_total{outcome="duplicate"} ${again}`] : []),
      'orders_value_count{} 12',
      'orders_duration_count{} 12',
    ])

    const services = ['api', 'processing', 'notification', 'analytics']
    for (const { order, trace_id, correlation_id } of accepted) {
      const trace = run.receiver.spans.filter(({ traceId }) => traceId === trace_id)
      expect(new Set(trace.map(({ service }) => service))).toEqual(new Set(services))
      for (const name of ['create_order', 'process_order', 'notify_order', 'analyze_order']) {
        expect(trace.filter((span) => span.name === name).map(({ attributes }) => attributes['order.id'])).toContain(
          order,
        )
      }
      for (const service of services) {
        const lines = run.log(service).filter((line) => line.order === order)
        expect(new Set(lines.map((line) => [line.trace_id, line.correlation_id].join()))).toEqual(
          new Set([[trace_id, correlation_id].join()]),
        )
      }
    }
    expect(run.processes()).toEqual([])
  })
})

describe.skipIf(unlessKafka !== '')(`the order pipeline${unlessKafka}`, () => {
  let run: OrdersRun
  beforeAll(async () => {
    run = await OrdersRun.start(['--serve', '--scale', '0.2'], soon)
    await run.printed(/^(ready: )/m)
  })
  afterAll(() => run[Symbol.asyncDispose]())

  test.each([
    ['what is no JSON', 400, 'nope', 'not JSON: Unexpected token'],
    ['a list', 400, '[]', 'expected object, received array'],
    [
      'an order with wrong types',
      400,
      '{ "customer": 1, "items": [{ "sku": "a", "quantity": "3", "price": -1 }] }',
      'customer: Invalid input: expected string, received number; items.0.quantity: Invalid input: expected number',
    ],
    [
      'an unknown workload',
      400,
      JSON.stringify({ ...orderFor('redis_basic'), workload: { operation: 'sleep' } }),
      'workload.operation: expected one of json_processing',
    ],
    ['10 MB', 413, 'x'.repeat(10_000_000), 'an order may have 100000 bytes'],
  ])('%s is answered with %i, and what is wrong', async (_, status, body, error) => {
    const { rejected = 0 } = await run.outcomes('api')
    expect(await run.post(body)).toEqual({ status, error: expect.stringContaining(error) })
    expect((await run.outcomes('api')).rejected).toBe(rejected + 1)
  })

  test('a message that is no order goes to the dead letters after three tries, and the next one is done', async () => {
    const brokers = [await run.printed(/mock broker of kcat at (\S+)/)]
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    const admin = kafka.admin()
    await Promise.all([producer.connect(), admin.connect()])
    const dead = async () => {
      const ends = await admin.fetchTopicOffsets('dead-letters')
      return ends.reduce((sum, { high }) => sum + Number(high), 0)
    }
    await producer.send({ topic: 'orders', messages: [{ key: 'customer 0', value: 'poison' }] })
    const { id } = await run.post(orderFor('redis_basic'))
    await run.logged('processing', id, 'done')
    expect(await dead()).toBe(1)
    await expect.poll(async () => (await run.outcomes('processing')).dead_letter).toBe(1)
    const tries = run.log('processing').filter(({ msg }) => msg.includes('the message is not JSON'))
    expect(tries.map(({ msg }) => msg.split(':')[0])).toEqual([
      'failed',
      'failed',
      'given up after 3 tries, and put among the dead-letters',
    ])
    await Promise.all([producer.disconnect(), admin.disconnect()])
  })

  test('a broker that stands still is a clear answer, and the same order is taken once it goes on', async () => {
    const order = { ...orderFor('redis_basic'), id: '0197d2f0-0000-7000-8000-000000000001' }
    const broker = run.pidsOf('kcat')[0]!
    process.kill(broker, 'SIGSTOP')
    try {
      const answer = await run.post(order)
      expect(answer).toEqual({
        status: 503,
        error: expect.stringContaining('the order was not taken, try again: Kafka does not answer ('),
      })
      expect((await run.outcomes('api')).unavailable).toBeGreaterThan(0)
    } finally {
      process.kill(broker, 'SIGCONT')
    }
    await expect.poll(async () => (await run.post(order)).status).toBe(202)
    await run.logged('analytics', order.id, 'done')
    expect(run.log('analytics').filter((line) => line.order === order.id && line.msg === 'done')).toHaveLength(1)
  })

  const unlessRedis = whyNoServer('redis')
  test.skipIf(unlessRedis !== '')(
    `a Redis that stands still is a clear answer, and nothing is lost${unlessRedis}`,
    async () => {
      const processing = orderFor('redis_basic')
      const { id } = await run.post(processing)
      await run.logged('processing', id, 'done')
      expect(run.stdout).toMatch(/^redis-server at 127\.0\.0\.1:\d+$/m)
      const redis = run.pidsOf('redis-server')[0]!
      process.kill(redis, 'SIGSTOP')
      let waiting: Awaited<ReturnType<typeof run.post>>
      try {
        // The API takes this one without Redis; processing has to wait for it.
        waiting = await run.post(processing)
        expect(waiting.status).toBe(202)
        const answer = await run.post({ ...processing, workload: { operation: 'redis_basic' } })
        const error = 'the order was not taken, try again: Redis does not answer (Command timed out)'
        expect(answer).toEqual({ status: 503, error })
        expect(run.log('processing').some(({ order, msg }) => order === waiting.id && msg === 'done')).toBe(false)
      } finally {
        process.kill(redis, 'SIGCONT')
      }
      await run.logged('analytics', waiting.id, 'done')
    },
  )

  test('an order that blocks the loop for longer than the session comes again, and is passed over', async () => {
    const processing = await run.pidOf('processing')
    const isDone = (id: string) => run.log('processing').some(({ order, msg }) => order === id && msg === 'done')
    // Stopped while it works on the order, which on a busy machine may take more than one try.
    const stopped = async () => {
      for (;;) {
        const order = await run.post(orderFor('intensive_prime_computation'))
        await run.logged('processing', order.id, 'begins')
        process.kill(processing, 'SIGSTOP')
        if (!isDone(order.id)) return order
        process.kill(processing, 'SIGCONT')
      }
    }
    const passedOver = async () => {
      for (;;) {
        const order = await stopped()
        await sleep(7000)
        process.kill(processing, 'SIGCONT')
        // Of the same customer, so it comes behind the other, also where a busy broker, which nobody can ask, has not
        // ended the session by then.
        const next = await run.post(orderFor('redis_basic'))
        await run.logged('processing', next.id, 'done')
        const lines = run.log('processing').filter((line) => line.order === order.id)
        if (lines.some(({ msg }) => msg === 'came again: passed over')) return order
      }
    }
    const { id, traceId } = await passedOver()
    await expect.poll(async () => (await run.outcomes('processing')).duplicate).toBeGreaterThan(0)
    await run.logged('analytics', id, 'done')
    const spans = await run.spans(traceId, 'analyze_order')
    expect(spans.filter(({ name }) => name === 'analyze_order')).toHaveLength(1)
    expect(run.log('processing').filter(({ order, msg }) => order === id && msg === 'done')).toHaveLength(1)
  })

  test('processing that is told to end finishes its order and commits it', async () => {
    const processing = await run.pidOf('processing')
    const { id } = await run.post(orderFor('intensive_prime_computation'))
    await run.logged('processing', id, 'begins')
    process.kill(processing, 'SIGTERM')
    await run.logged('processing', id, 'done')
    // Of the same customer, so it comes from the same partition: to the process that is started in its place.
    const next = await run.post(orderFor('redis_basic'))
    await run.logged('analytics', next.id, 'done')
    await run.printed(/^(processing exited with code 0: it is started again)$/m)
    const messages = run.log('processing').flatMap(({ order, msg }) => (order === id ? [msg] : []))
    expect(messages).not.toContain('came again: passed over')
    expect(messages.filter((message) => message === 'begins')).toHaveLength(1)
  })

  test('Ctrl+C lets all of it finish', async () => {
    run.child.kill('SIGINT')
    expect(await run.ended).toEqual({ code: 130, signal: null })
    expect(await run.stderr).toBe('')
    expect(run.processes()).toEqual([])
    for (const service of ['api', 'processing', 'notification', 'analytics']) {
      expect(run.log(service).map(({ msg }) => msg)).toContain('ends: SIGTERM')
    }
  })
})

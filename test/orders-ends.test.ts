import { beforeAll, describe, expect, test } from 'vitest'
import { startKafka } from '../examples/orders/run/kafka-broker'
import { buildOrders, OrdersRun, unlessKafka } from './helpers/orders'
import { RestartingRedis } from './helpers/restarting-redis'
import { whyNoServer } from './helpers/servers'

// How a run of the example ends that cannot go on.

beforeAll(buildOrders)

const unless = unlessKafka || whyNoServer('redis')
// As short as brokers take it.
const soon = { KAFKA_SESSION_TIMEOUT_MS: '6000' }

describe.skipIf(unless !== '')(`npm run orders${unless}`, () => {
  test.each([
    ['kcat', 'the mock broker of kcat at 127.0.0.1:'],
    ['redis-server', 'redis-server at 127.0.0.1:'],
  ])('ends with a sentence when %s ends, and leaves nothing running', async (program, name) => {
    await using run = await OrdersRun.start(['--orders', '200', '--rate', '5'])
    await run.printed(/^(sending 200 orders)$/m)
    process.kill(run.pidsOf(program)[0]!, 'SIGKILL')
    expect(await run.ended).toEqual({ code: 1, signal: null })
    expect(await run.stderr).toMatch(new RegExp(`^error: ${name}\\d+ was ended by SIGKILL$`, 'm'))
    await expect.poll(() => run.processes(), { timeout: 100_000 }).toEqual([])
  })

  test('waits no longer than it was told to for orders whose Redis does not come back', async () => {
    await using redis = await RestartingRedis.start()
    const kafka = await startKafka({})
    // What the API itself does needs no Redis, and little of a busy machine.
    const work = ['--operation', 'api=json_processing', '--intensity', 'light']
    const options = ['--orders', '100', '--rate', '20', ...work, '--timeout', '12']
    const theirs = { REDIS_URL: redis.url, KAFKA_BROKERS: kafka.address }
    await using run = await OrdersRun.start(options, { ...soon, ...theirs })
    await run.printed(/^(sending 100 orders)$/m)
    await redis.kill()
    expect(await run.ended).toEqual({ code: 1, signal: null })
    expect(await run.stderr).toMatch(/^error: \d+ of \d+ orders were not stored within 12 s: see --timeout$/m)
    expect(run.stdout).toContain(`Kafka at ${kafka.address}\nRedis at ${new URL(redis.url).host}\n`)
    expect(run.processes()).toEqual([])
    // It is not the run's to end.
    expect(kafka.child!.process).toMatchObject({ exitCode: null, signalCode: null })
    await kafka.child!.stop()
  })

  test('leaves nothing running when it is killed', async () => {
    await using run = await OrdersRun.start(['--serve'])
    await run.pidOf('api')
    expect(run.processes().length).toBeGreaterThan(5)
    run.child.kill('SIGKILL')
    await expect.poll(() => run.processes(), { timeout: 100_000 }).toEqual([])
  })
})

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Redis from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot, run } from './helpers/child'
import { buildOrders, unlessKafka } from './helpers/orders'
import { freePort } from './helpers/ports'
import { Server, whyNoServer } from './helpers/servers'

// How the example starts, and how it does not.

const folder = mkdtempSync(join(tmpdir(), 'spanmeter-orders-'))
const main = join(packageRoot, 'build/examples/orders/main.js')
const orders = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, [main, ...args], env, 60_000, folder)

beforeAll(buildOrders)
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  [['--orders', 'many'], "argument 'many' is invalid. Expected a whole number from 1 to 10000."],
  [['--rate', '0'], "argument '0' is invalid. Expected a number above 0."],
  [['--processing', '9'], "argument '9' is invalid. Expected a whole number from 1 to 4."],
  [['--intensity', 'mild'], "argument 'mild' is invalid. Allowed choices are light, medium, heavy, severe."],
  [['--operation', 'sleep'], "argument 'sleep' is invalid. Expected one of json_processing, "],
  [
    ['--operation', 'billing=redis_basic'],
    'Expected a service of api, processing, notification, analytics before the =',
  ],
  [['10'], 'too many arguments'],
  [['--speed'], "unknown option '--speed'"],
])('%j is refused by name', async (args, message) => {
  const { code, stderr } = await orders(args)
  expect(code).toBe(1)
  expect(stderr).toContain(message)
})

test('without any Kafka it says in one sentence what to install', async () => {
  const { code, stdout, stderr } = await orders([], { PATH: folder, KAFKA_BROKERS: '' })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^error: There is no Kafka\. Set KAFKA_BROKERS, or install the mock broker:\n {2}apt-get install kcat\n/,
  )
})

test('a Kafka that is not there is named', async () => {
  const address = `127.0.0.1:${await freePort()}`
  const { code, stderr } = await orders([], { KAFKA_BROKERS: address })
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^error: KAFKA_BROKERS: there is no Kafka at ${address}: .*ECONNREFUSED`))
})

test('a Redis that is not there is named without its password', async () => {
  const address = `127.0.0.1:${await freePort()}`
  const env = { REDIS_URL: `redis://:secret@${address}`, KAFKA_BROKERS: address }
  const { code, stderr } = await orders([], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^error: REDIS_URL: there is no Redis at ${address}: .*ECONNREFUSED`))
  expect(stderr).not.toContain('secret')
})

test.skipIf(unlessKafka !== '')(
  `npm run orders:load prints a line a figure, and loses nothing${unlessKafka}`,
  async () => {
    const { code, stdout, stderr } = await run(
      'npm',
      'run orders:load -- --orders 12 --connections 4 --scale 0.1'.split(' '),
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ {2}http_reqs\.+: 12 {2}[\d.]+\/s$/m)
    expect(stdout).toMatch(/^ {2}http_req_failed\.+: 0\.00% {2}0 of 12$/m)
    expect(stdout).toMatch(/^ {2}orders_stored\.+: 12 {2}\d+\/min$/m)
    expect(stdout).toMatch(/^ {2}orders_lost\.+: 0$/m)
    for (const name of ['http_req_duration', 'order_duration']) {
      const time = String.raw`[\d.]+m?s`
      const parts = ['avg', 'min', 'med', 'max', 'p\\(90\\)', 'p\\(95\\)'].map((part) => `${part}=${time}`)
      expect(stdout).toMatch(new RegExp(`^  ${name}\\.+: ${parts.join(' ')}$`, 'm'))
    }
  },
)

const unless = whyNoServer('redis')
test.skipIf(unless !== '')(`the substitute for Redis answers as Redis does${unless}`, async () => {
  await using redis = await Server.start('redis')
  const port = await freePort()
  const substitute = fork(join(packageRoot, 'build/examples/orders/run/redis-substitute.js'), [`${port}`])
  const ended = once(substitute, 'exit')
  const [truth, answers] = await Promise.all([exchange(redis.port), exchange(port)])
  expect(answers).toEqual(truth)
  expect(truth).toContain('wörld')
  substitute.disconnect()
  expect(await ended).toEqual([0, null])
})

/** What a server answers to all that the example asks, and to some more. */
async function exchange(port: number): Promise<unknown[]> {
  // For as long as the server takes to start.
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  const answers = [
    await redis.ping(),
    await redis.set('a', 'wörld', 'EX', 60),
    await redis.get('a'),
    await redis.get('b'),
    await redis.set('brief', 'x', 'EX', 1),
    await redis.exists('a'),
    await redis.exists('a', 'b'),
    await redis.hsetnx('h', 'f', '1'),
    await redis.hsetnx('h', 'f', '2'),
    await redis.hmget('h', 'f', 'g'),
    await redis.hlen('h'),
    await redis.hlen('none'),
    await redis.exists('h'),
    await redis.del('a', 'b', 'h'),
    await redis.get('a'),
    await redis.call('nonsense').catch((error: Error) => error.name),
    // All at once.
    await Promise.all(Array.from({ length: 500 }, (_, i) => redis.set(`k${i}`, 'v'.repeat(i), 'EX', 60))),
    await Promise.all(Array.from({ length: 500 }, (_, i) => redis.get(`k${i}`))),
  ]
  await new Promise((resolve) => setTimeout(resolve, 1200))
  answers.push(await redis.get('brief'))
  redis.disconnect()
  return answers
}

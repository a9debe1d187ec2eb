import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, describe, expect, test } from 'vitest'
import { scaleFor } from '../examples/orders/run/minute'
import { makeOrders, sendOrders } from '../examples/orders/run/orders'
import { chooseOperation, workloadRequest } from '../examples/orders/workload/choose'
import { configFrom, defaults, parseConfig, serviceNames } from '../examples/orders/workload/config'
import { computeExtremely, computeHashes, countPrimes, processJson } from '../examples/orders/workload/cpu'
import { useFile, useRedis } from '../examples/orders/workload/io'
import { operationNames, operations } from '../examples/orders/workload/operations'
import { WorkloadSimulator } from '../examples/orders/workload/simulator'
import { sizesFor } from '../examples/orders/workload/sizes'

// The work that the services of the example make up.

const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** As much of Redis as the operations use. */
class Values {
  readonly commands: string[] = []
  readonly #values = new Map<string, string>()
  async set(key: string, value: string) {
    this.commands.push('set')
    this.#values.set(key, value)
  }
  async get(key: string) {
    this.commands.push('get')
    return this.#values.get(key) ?? null
  }
  async del(key: string) {
    return Number(this.#values.delete(key))
  }
}

describe('the configuration', () => {
  test.each([
    [{ ...defaults, scale: 0 }, 'scale: Too small'],
    [{ ...defaults, speed: 1 }, 'Unrecognized key: "speed"'],
    [{ ...defaults, services: { ...defaults.services, api: undefined } }, 'services.api: '],
    [change({ cpuShare: 40 }), 'services.api.cpuShare: Too big'],
    [change({ intensities: {} }), 'services.api.intensities: expected at least one intensity'],
    [change({ intensities: { light: -1 } }), 'services.api.intensities.light: Too small'],
    [change({ intensities: { extreme: 1 } }), 'services.api.intensities: Unrecognized key: "extreme"'],
  ])('refuses %j by the place', (value, message) => {
    expect(() => parseConfig(value, 'workload.json')).toThrow(`workload.json: ${message}`)
  })

  test('comes from a file, and the scale from the environment', () => {
    const file = join(folder, 'workload.json')
    writeFileSync(file, JSON.stringify({ ...change({ cpuShare: 1 }), scale: 3 }))
    expect(configFrom({})).toEqual(defaults)
    expect(configFrom({ WORKLOAD_CONFIG: file })).toMatchObject({ scale: 3, services: { api: { cpuShare: 1 } } })
    expect(configFrom({ WORKLOAD_CONFIG: file, WORKLOAD_SCALE: '0.5' }).scale).toBe(0.5)
    expect(() => configFrom({ WORKLOAD_SCALE: 'half' })).toThrow('WORKLOAD_SCALE "half": scale: ')
    expect(() => configFrom({ WORKLOAD_CONFIG: `${file}?` })).toThrow(`WORKLOAD_CONFIG ${file}? cannot be read`)
    rmSync(file)
  })

  function change(api: object) {
    return { ...defaults, services: { ...defaults.services, api: { ...defaults.services.api, ...api } } }
  }
})

describe('what the services do', () => {
  test.each([
    ['api', 40, 'light', 'medium'],
    ['processing', 70, 'medium', 'severe'],
    ['notification', 30, 'light', 'heavy'],
    ['analytics', 50, 'medium', 'severe'],
  ] as const)('%s: CPU for %d of 100 orders, from %s to %s', (service, percent, lightest, heaviest) => {
    const { cpuShare, intensities } = defaults.services[service]
    expect(100 * cpuShare).toBe(percent)
    const possible = ['light', 'medium', 'heavy', 'severe'].filter((name) => name in intensities)
    expect([possible[0], possible.at(-1)]).toEqual([lightest, heaviest])
  })

  test.each([
    ['json_processing', 'cpu', 'light'],
    ['hash_computation', 'cpu', 'medium'],
    ['intensive_prime_computation', 'cpu', 'heavy'],
    ['extreme_cpu_computation', 'cpu', 'severe'],
    ['redis_basic', 'io', 'light'],
    ['file_and_redis', 'io', 'medium'],
    ['intensive_io_operations', 'io', 'heavy'],
    ['extreme_io_operations', 'io', 'severe'],
  ] as const)('%s is %s work, and %s', (name, type, intensity) => {
    expect(operations[name]).toMatchObject({ type, intensity })
  })
})

describe('the orders that are sent', () => {
  const content = (seed: number) => makeOrders({ orders: 20, seed }).map(({ id, ...others }) => others)

  test('are the same for the same seed, and others for another', () => {
    expect(content(1)).toEqual(content(1))
    expect(content(1)).not.toEqual(content(2))
    expect(new Set(makeOrders({ orders: 20, seed: 1 }).map(({ id }) => id)).size).toBe(20)
  })

  test('come no faster than asked for, and again where they were not taken', async () => {
    const arrived: { id: string; atMs: number }[] = []
    const server = createServer(async (request, response) => {
      const { id } = (await json(request)) as { id: string }
      arrived.push({ id, atMs: performance.now() })
      response.writeHead(arrived.length === 1 ? 503 : 202).end(JSON.stringify({ id }))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const orders = makeOrders({ orders: 10, seed: 1 })
    const begin = performance.now()
    const sent = await sendOrders(() => `http://127.0.0.1:${port}`, orders, 50, new AbortController().signal)
    server.close()
    expect(sent.accepted.map(({ id }) => id)).toEqual(orders.map(({ id }) => id))
    expect(sent.untaken).toEqual([])
    expect(arrived).toHaveLength(11)
    expect(arrived.filter(({ id }) => id === arrived[0]!.id)).toHaveLength(2)
    for (const [i, { id }] of orders.entries()) {
      expect(arrived.find((one) => one.id === id)!.atMs - begin).toBeGreaterThan(20 * i - 2)
    }
  })
})

describe('the choice of an operation', () => {
  const choices = (service: (typeof serviceNames)[number]) =>
    Array.from({ length: 4000 }, (_, i) => chooseOperation(defaults, service, { seed: i }, 'order'))

  test.each(serviceNames)('has the shares that are configured for %s', (service) => {
    const { cpuShare, intensities } = defaults.services[service]
    const chosen = choices(service).map((name) => operations[name])
    const shareOf = (fits: (operation: (typeof chosen)[number]) => boolean) => chosen.filter(fits).length / 4000
    expect(shareOf(({ type }) => type === 'cpu')).toBeCloseTo(cpuShare, 1)
    const total = Object.values(intensities).reduce((sum, weight) => sum + weight)
    const shares = Object.fromEntries(Object.entries(intensities).map(([name, weight]) => [name, weight / total]))
    for (const intensity of ['light', 'medium', 'heavy', 'severe'] as const) {
      expect(
        Math.abs(shareOf((operation) => operation.intensity === intensity) - (shares[intensity] ?? 0)),
      ).toBeLessThan(0.03)
    }
  })

  test('is the same for the same seed, whatever the order, and differs by service', () => {
    const of = (seed: string | undefined, id: string) =>
      chooseOperation(defaults, 'processing', seed ? { seed } : {}, id)
    for (let i = 0; i < 20; i++) expect(of(`${i}`, 'a')).toBe(of(`${i}`, 'b'))
    for (let i = 0; i < 20; i++) expect(of(undefined, `${i}`)).toBe(of(`${i}`, 'other'))
    const types = (service: 'api' | 'processing') => choices(service).map((name) => operations[name].type)
    expect(types('api')).not.toEqual(types('processing'))
  })

  test('is what an order asks for, in one service or in all', () => {
    for (const operation of operationNames) {
      for (const service of serviceNames) expect(chooseOperation(defaults, service, { operation }, '')).toBe(operation)
      const forced = { operation: { processing: operation }, seed: 1 }
      expect(chooseOperation(defaults, 'processing', forced, '')).toBe(operation)
      expect(chooseOperation(defaults, 'api', forced, '')).toBe(chooseOperation(defaults, 'api', { seed: 1 }, ''))
    }
    const severe = chooseOperation(defaults, 'notification', { intensity: 'severe' }, 'any')
    expect(operations[severe].intensity).toBe('severe')
  })

  test.each([
    [{ operation: 'sleep' }, 'expected one of json_processing, '],
    [{ operation: { billing: 'redis_basic' } }, 'Unrecognized key: "billing"'],
    [{ intensity: 'mild' }, '"light"|"medium"|"heavy"|"severe"'],
    [{ seed: {} }, 'Invalid input'],
    [{ speed: 1 }, 'Unrecognized key: "speed"'],
  ])('%j is refused', (request, message) => {
    const { error } = workloadRequest.safeParse(request)
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message)
  })
})

describe('the operations', () => {
  test('do what they are named after', async () => {
    expect(processJson({ items: 3 })).toBe(0 + (7919 % 1009) + ((2 * 7919) % 1009))
    // By sha256sum: of "0", and of that with "1" behind it.
    expect(computeHashes({ items: 1, rounds: 2 })).toBe(
      'f3c1d27925bf4262ae19bfcbcce1b76124f54a4dbf62dc4b09e6b353f34d277d',
    )
    expect(countPrimes(100_000)).toBe(9592)
    expect(await computeExtremely({ below: 100_000, slices: 8, keys: 1 })).toBe(9592)
    expect(await useFile(folder, { lines: 100, passes: 4, commands: 0 })).toBe(100)
  })

  test.each([false, true])('send as many commands as they were asked to, all at once: %s', async (atOnce) => {
    const redis = new Values()
    expect(await useRedis(redis, 10, atOnce)).toBe(5)
    expect(redis.commands).toHaveLength(10)
    expect(redis.commands.indexOf('get')).toBe(atOnce ? 5 : 1)
  })

  test('grow and shrink with the scale', () => {
    const [small, normal, large] = [sizesFor(0.01), sizesFor(1), sizesFor(4)]
    for (const [name, size] of Object.entries(normal)) {
      for (const [key, value] of Object.entries(size as Record<string, number>)) {
        if (['rounds', 'slices', 'passes'].includes(key)) continue
        const of = (sizes: object) => (sizes as Record<string, Record<string, number>>)[name]![key]!
        expect(of(small), `${name}.${key}`).toBeLessThan(value)
        expect(of(large), `${name}.${key}`).toBeGreaterThan(value)
        expect(of(small)).toBeGreaterThanOrEqual(1)
      }
    }
  })

  test.each(operationNames)('%s writes onto its span what it was, and leaves no files', async (operation) => {
    const exporter = new InMemorySpanExporter()
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    provider.register()
    const simulator = new WorkloadSimulator('api', { ...defaults, scale: 0.01 }, { redis: new Values(), folder })
    await provider.getTracer('test').startActiveSpan('work', async (span) => {
      await simulator.simulate('order', { operation })
      span.end()
    })
    const { type, intensity } = operations[operation]
    expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({
      'workload.type': type,
      'workload.intensity': intensity,
      'workload.operation': operation,
    })
    expect(readdirSync(folder)).toEqual([])
    await provider.shutdown()
    trace.disable()
  })
})

test.each([
  [1.2, 1],
  [0.6, 1],
  [0.25, 0.5],
  [0.11, 0.22],
  [0.001, 0.05],
])('where a thread gets %d of a core, the work is scaled by %d', (share, scale) => {
  expect(scaleFor(share)).toBe(scale)
})

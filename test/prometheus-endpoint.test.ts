import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { gunzipSync } from 'node:zlib'
import { type PrometheusEndpoint, type PrometheusEndpointOptions, startPrometheusEndpoint } from 'spanmeter/prometheus'
import { afterEach, describe, expect, test } from 'vitest'
import { askFixture } from './helpers/child'
import { threads } from './helpers/cpu.cjs'
import { parseExposition, sampleOf } from './helpers/exposition'
import { ask, closing, isOpen, received, scrape } from './helpers/scraping'
import { aSpan, publishSpanCost } from './helpers/span-costs'

const endpoints: PrometheusEndpoint[] = []

async function start(options: Partial<PrometheusEndpointOptions> = {}): Promise<PrometheusEndpoint> {
  const endpoint = await startPrometheusEndpoint({ port: 0, ...options })
  endpoints.push(endpoint)
  return endpoint
}

afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()))
})

describe('requests', () => {
  const accepted = {
    'nothing in particular': ['', 'text/plain; version=0.0.4; charset=utf-8'],
    anything: ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
    'what a browser wants': ['text/html,*/*;q=0.8', 'text/plain; version=0.0.4; charset=utf-8'],
    'what Prometheus 2 wants': [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ],
    'text rather than OpenMetrics': [
      'application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.5',
      'text/plain; version=0.0.4; charset=utf-8',
    ],
    'another OpenMetrics': ['application/openmetrics-text;version=0.0.1', 'text/plain; version=0.0.4; charset=utf-8'],
    nonsense: [';q=,=;;,"', 'text/plain; version=0.0.4; charset=utf-8'],
  } as const

  test.each(Object.entries(accepted))('for %s', async (_name, [accept, type]) => {
    const { url } = await start()
    const { status, headers, body } = await ask(url, { accept })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe(type)
    expect(headers['content-encoding']).toBeUndefined()
    expect(sampleOf(parseExposition(body.toString()), 'spanmeter_sampler_samples_total')).toEqual(expect.any(Number))
  })

  test('are answered with gzip where that is accepted', async () => {
    const { url } = await start()
    const { headers, body } = await ask(url, { 'accept-encoding': 'br, gzip;q=0.5' })
    expect(headers['content-encoding']).toBe('gzip')
    expect(sampleOf(parseExposition(gunzipSync(body).toString()), 'process_memory_bytes')).toBeGreaterThan(0)
    const plain = await ask(url, { 'accept-encoding': 'gzip;q=0, br' })
    expect(plain.headers['content-encoding']).toBeUndefined()
  })

  test('go to /metrics only, and / says so', async () => {
    const { url, port } = await start({ host: 'localhost' })
    expect(url).toBe(`http://localhost:${port}/metrics`)
    const root = `http://localhost:${port}`
    expect(await ask(`${root}/metrics?x=1`)).toMatchObject({ status: 200 })
    expect(await ask(url, {}, 'HEAD')).toMatchObject({ status: 200, body: Buffer.alloc(0) })
    const home = await ask(root)
    expect(home.status).toBe(200)
    expect(home.body.toString()).toContain('/metrics')
    for (const path of ['/metrics/', '/metric', '/favicon.ico', '//metrics']) {
      expect(await ask(root + path), path).toMatchObject({ status: 404 })
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await ask(url, {}, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
    }
  })

  test('may go to another path, with other names', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    const hasIpv6 = addresses.some(({ address }) => address === '::1')
    const { url } = await start({ path: '/', prefix: 'shop_', host: hasIpv6 ? '::1' : '127.0.0.1' })
    expect(url).toMatch(hasIpv6 ? /^http:\/\/\[::1\]:\d+\/$/ : /^http:\/\/127.0.0.1:\d+\/$/)
    expect(sampleOf(await scrape({ url }), 'shop_process_memory_bytes')).toBeGreaterThan(0)
  })
})

describe('an address where nobody can listen', () => {
  const refusal = (message: RegExp) =>
    expect.objectContaining({ code: 'CANNOT_LISTEN', message: expect.stringMatching(message) })

  test('is refused by name, and nothing is left running', async () => {
    const { port } = await start()
    const taken = startPrometheusEndpoint({ port })
    await expect(taken).rejects.toEqual(
      refusal(new RegExp(`^cannot listen on port ${port} of 127.0.0.1: it is taken$`)),
    )
    const elsewhere = startPrometheusEndpoint({ port: 0, host: '192.0.2.1' })
    await expect(elsewhere).rejects.toEqual(refusal(/port 0 of 192.0.2.1: that is no address of this machine/))
    const nowhere = startPrometheusEndpoint({ port: 9464, host: 'no such host' })
    await expect(nowhere).rejects.toEqual(refusal(/port 9464 of no such host: /))
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()))
    // One that was waited for is listed for a moment more.
    await expect.poll(() => threads().map(({ name }) => name)).not.toContain('spanmeter')
    await start({ port })
  })

  test('may be a port of others', async () => {
    const { error, first } = await askFixture<{ error?: string; first: number }>('prometheus/forbidden.cjs')
    if (first > 1)
      expect(error).toBe('CANNOT_LISTEN: cannot listen on port 1 of 127.0.0.1: this process may not use it')
    else expect(error).toBeUndefined()
  })

  test.each([
    [{ port: -1 }, /^port must be between 0 and 65535, got -1$/],
    [{ port: '9464' }, /^port must be a whole number, got '9464'$/],
    [{}, /^port must be a whole number, got undefined$/],
    [{ port: 0, host: '' }, /^host must be the name or address .*, got ''$/],
    [{ port: 0, path: 'metrics' }, /^path must be a path that begins with \/, got 'metrics'$/],
    [{ port: 0, windowMs: 'long' }, /^windowMs must be a number, got 'long'$/],
    [{ port: 0, url: 'x' }, /^option must be one of .*'port', 'host', 'path', .*, got 'url'$/],
  ])('%o is refused by name', async (options, message) => {
    await expect(startPrometheusEndpoint(options as never)).rejects.toThrow(message)
  })
})

describe('hostile clients', () => {
  const limits = { timeout: 60_000 }

  test('are cut off, and others are answered meanwhile', limits, async () => {
    const { url, port } = await start({ maxSpanNames: 2000 })
    // More than the buffers of a connection take.
    const share = { own: { selfMs: 1, totalMs: 1, othersMs: 0 }, shared: false }
    for (let i = 0; i < 2000; i++) publishSpanCost(`span ${i} ${'x'.repeat(150)}`, aSpan, share)
    const client = (sends: string) => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      socket.write(sends)
      return socket
    }
    const scrape = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const lazy = client(scrape)
    const silent = client('')
    const slow = client('GET /metrics HTTP/1.1\r\n')
    // How long this process itself kept it waiting at most.
    let pausedMs = 0
    let lastMs = performance.now()
    const trickle = setInterval(() => {
      pausedMs = Math.max(pausedMs, performance.now() - lastMs)
      lastMs = performance.now()
      slow.write('X: y\r\n')
    }, 100)
    const huge = client(`GET /metrics HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`)
    const greedy = client('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000))
    const answers = Promise.all([silent, slow, huge, greedy].map(received))
    expect(await ask(url)).toMatchObject({ status: 200 })
    const [toSilent, toSlow, toHuge, toGreedy] = await answers
    clearInterval(trickle)
    const cutOff = /^($|HTTP\/1.1 408 )/
    expect(toSilent).toMatch(cutOff)
    expect(toSlow).toMatch(pausedMs < 4000 ? /^HTTP\/1.1 408 / : cutOff)
    expect(toHuge).toMatch(/^HTTP\/1.1 431 /)
    expect(toGreedy!.match(/HTTP\/1.1 200 /g)!.length).toBeLessThanOrEqual(100)

    // Who reads nothing for long gets no more than what was on its way.
    await expect.poll(() => isOpen(port, lazy.localPort!), { timeout: limits.timeout }).toBe(false)
    const late = await received(lazy)
    expect(late.endsWith('\r\n0\r\n\r\n')).toBe(false)
    expect(await ask(url)).toMatchObject({ status: 200 })
  })

  test('do not hold up the end', async () => {
    const endpoint = await start()
    const clients = Array.from({ length: 20 }, () => connect(endpoint.port, '127.0.0.1').on('error', () => {}))
    clients[0]!.write('GET /metrics HT')
    await Promise.all(clients.map((client) => once(client, 'connect')))
    const closed = clients.map((client) => closing(client.resume()))
    await endpoint.stop()
    await Promise.all(closed)
    await endpoint.stop()
  })
})

test('scrapes are no spans of the application', async () => {
  const { spans } = await askFixture<{ spans: string[] }>('prometheus/untraced.cjs')
  expect(spans).toEqual(['GET /'])
})

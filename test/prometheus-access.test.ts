import crypto from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PrometheusEndpointOptions } from 'spanmeter/prometheus'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { client, isMetrics, startEndpoint as start, stopEndpoints } from './helpers/endpoints'
import { ask, received } from './helpers/scraping'
import { aSpan, publishSpanCost } from './helpers/span-costs'

// Who gets an answer of the endpoint.

const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))

afterEach(async () => {
  vi.restoreAllMocks()
  await stopEndpoints()
})
afterAll(() => rmSync(folder, { recursive: true }))

test('only this machine reaches it, unless it is said otherwise', async () => {
  const { port } = await start()
  // Another address of the same interface: who listens on all of them listens there.
  const elsewhere = connect(port, '127.0.0.2')
  await expect(once(elsewhere, 'connect')).rejects.toThrow('ECONNREFUSED')
})

describe('a page of the web whose name leads to this machine', () => {
  const refused = [
    'evil.example',
    'evil.example:9464',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
  ]

  test.each([...refused, '[', '[evil.example]', '127.0.0.1@evil.example', '0x7f.1'])(
    'is refused as %j, before anything is read',
    async (host) => {
      const { url, port } = await start()
      for (const path of ['/metrics', '/', '/elsewhere']) {
        const { status, headers, body } = await ask(`http://127.0.0.1:${port}${path}`, { host })
        expect({ status, close: headers.connection }).toEqual({ status: 421, close: 'close' })
        expect(isMetrics(body)).toBe(false)
      }
      expect(await ask(url)).toMatchObject({ status: 200 })
    },
  )

  const addresses = ['127.0.0.1', '127.0.0.1:80', '10.0.0.7:9464', '[::1]:9464', '[fe80::1]']
  test.each([...addresses, 'localhost', 'LOCALHOST:1', 'localhost.', 'service.localhost'])(
    'could not have %s, which is answered',
    async (host) => {
      const { url } = await start()
      expect(isMetrics((await ask(url, { host })).body)).toBe(true)
    },
  )

  test('names that are allowed are answered, and no others', async () => {
    const { port } = await start({ allowedHosts: ['Metrics.example.org', '.svc.example'] })
    const statusOf = async (host: string) => (await ask(`http://127.0.0.1:${port}/metrics`, { host })).status
    for (const host of ['metrics.example.org', 'metrics.example.ORG:80', 'a.svc.example', 'a.b.svc.example.']) {
      expect(await statusOf(host), host).toBe(200)
    }
    for (const host of ['example.org', 'x.metrics.example.org', 'svc.example', 'svcxexample', 'asvc.example', '*']) {
      expect(await statusOf(host), host).toBe(421)
    }
    const any = await start({ allowedHosts: ['*'] })
    expect(await ask(any.url, { host: 'whatever.example' })).toMatchObject({ status: 200 })
  })

  test('the name where it listens is allowed', async () => {
    const { url } = await start({ host: 'LOCALHOST' })
    expect(await ask(url)).toMatchObject({ status: 200 })
  })

  test('a request of HTTP/1.0 without a name is no browser’s; one of HTTP/1.1 is refused', async () => {
    const { port } = await start()
    expect(isMetrics(await received(client(port, 'GET /metrics HTTP/1.0\r\n\r\n')))).toBe(true)
    expect(await received(client(port, 'GET /metrics HTTP/1.1\r\n\r\n'))).toMatch(/^HTTP\/1.1 400 /)
  })

  test('no other page can have it as a script', async () => {
    const { url } = await start()
    expect((await ask(url)).headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
    expect((await ask(url, { origin: 'http://evil.example' })).headers).not.toHaveProperty([
      'access-control-allow-origin',
    ])
  })
})

describe('with a token', () => {
  const token = 'correct-horse.battery~staple+1/2=='

  test('who does not know it gets nothing, on any path and by any method', async () => {
    const { port } = await start({ token })
    const wrong = [token.slice(0, -1), `${token}x`, token.toUpperCase(), 'x', `${token} ${token}`].map(
      (one) => `Bearer ${one}`,
    )
    for (const authorization of [...wrong, token, `Basic ${token}`, 'Bearer', 'Bearer ', '']) {
      const { status, headers, body } = await ask(`http://127.0.0.1:${port}/metrics`, { authorization })
      expect({ status, ask: headers['www-authenticate'] }, authorization).toEqual({ status: 401, ask: 'Bearer' })
      expect(body.toString()).not.toContain(token)
    }
    for (const path of ['/metrics', '/', '/elsewhere', '/metrics?x']) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        expect(await ask(`http://127.0.0.1:${port}${path}`, {}, method)).toMatchObject({ status: 401 })
      }
    }
  })

  test('who knows it is answered, if the name is right as well', async () => {
    const { url } = await start({ token })
    for (const scheme of ['Bearer', 'bearer', 'Bearer  ']) {
      expect(isMetrics((await ask(url, { authorization: `${scheme} ${token}` })).body), scheme).toBe(true)
    }
    expect(await ask(url, { authorization: `Bearer ${token}`, host: 'evil.example' })).toMatchObject({ status: 421 })
  })

  test('how long a comparison takes says nothing of it', async () => {
    const compare = vi.spyOn(crypto, 'timingSafeEqual')
    const { url } = await start({ token })
    const given = ['', 'x', token.slice(0, -1), `${token}x`, token]
    for (const one of given) await ask(url, { authorization: `Bearer ${one}` })
    // Each whole, and of one length.
    expect(compare.mock.results.map(({ value }) => value)).toEqual([false, false, false, false, true])
    for (const [a, b] of compare.mock.calls) expect([a.byteLength, b.byteLength]).toEqual([32, 32])
  })

  test('it may be in a file, and be exchanged there', async () => {
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, `${token}\n`)
    const { url } = await start({ tokenFile })
    const statusWith = async (one: string) => (await ask(url, { authorization: `Bearer ${one}` })).status
    expect([await statusWith(token), await statusWith('another-token-0123')]).toEqual([200, 401])
    writeFileSync(tokenFile, 'another-token-0123')
    expect([await statusWith(token), await statusWith('another-token-0123')]).toEqual([401, 200])
    for (const content of ['', 'short']) {
      writeFileSync(tokenFile, content)
      const { status, body } = await ask(url, { authorization: `Bearer ${content}` })
      expect({ status, body: body.toString() }).toEqual({
        status: 500,
        body: 'the metrics cannot be read; NODE_DEBUG=spanmeter logs why\n',
      })
    }
    rmSync(tokenFile)
    expect(await statusWith('another-token-0123')).toBe(500)
    writeFileSync(tokenFile, token)
    expect(await statusWith(token)).toBe(200)
  })

  test('a file that has none is refused by name, and so is what is no token; neither is shown', async () => {
    const tokenFile = join(folder, 'secret')
    const rejection = async (options: Partial<PrometheusEndpointOptions>) => {
      const error: Error & { code?: string } = await start(options).then(
        () => Promise.reject(new Error('it started')),
        (error) => error,
      )
      return `${error.name} ${error.code}: ${error.message} ${error.stack} ${JSON.stringify(error.cause ?? '')}`
    }
    expect(await rejection({ tokenFile })).toMatch(/^SpanmeterError NO_TOKEN: tokenFile has no token .* ENOENT/)
    writeFileSync(tokenFile, 'hunter2 hunter2 hunter2')
    const messages = [
      await rejection({ tokenFile }),
      await rejection({ token: 'hunter2' }),
      await rejection({ token: 'hunter2\nhunter2 hunter2' }),
      await rejection({ token: ['hunter2 hunter2 hunter2'] as never }),
    ]
    expect(messages[0]).toMatch(/NO_TOKEN: tokenFile has no token that could be used: the token in .*secret must be 16/)
    for (const message of messages.slice(1)) expect(message).toMatch(/^TypeError undefined: token must be 16 … 4096 /)
    for (const message of messages) expect(message).not.toContain('hunter2')
    expect(await rejection({ token, tokenFile })).toMatch(/^TypeError undefined: token and tokenFile must not both/)
  })

  test.each([
    [{ allowedHosts: 'x' }, /^allowedHosts must be names of hosts .*, got 'x'$/],
    [{ allowedHosts: ['x', 'http://y'] }, /^allowedHosts must be names of hosts .*, got 'http:\/\/y'$/],
    [{ allowedHosts: [5] }, /^allowedHosts must be names of hosts .*, got 5$/],
    [{ allowedHosts: ['x:9464'] }, /^allowedHosts must be names of hosts without a port, .*, got 'x:9464'$/],
    [{ tokenFile: '' }, /^tokenFile must be the path of a file, got ''$/],
  ])('%o is refused by name', async (options, message) => {
    await expect(start(options as never)).rejects.toThrow(message)
  })
})

test('an answer has nothing of the process but its figures', async () => {
  publishSpanCost('GET /orders', aSpan, { own: { selfMs: 1, totalMs: 1, othersMs: 0 }, shared: false })
  process.env.SECRET_OF_TEST = 'swordfish-swordfish'
  const { url } = await start()
  const answer = await ask(url)
  delete process.env.SECRET_OF_TEST
  const said = `${JSON.stringify(answer.headers)}\n${answer.body}`
  expect(isMetrics(said)).toBe(true)
  for (const secret of ['swordfish', process.cwd(), process.execPath, process.version, process.env.HOME!, tmpdir()]) {
    expect(said.includes(secret), secret).toBe(false)
  }
})

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { askFixture, run, runFixture } from './helpers/child'
import { expectBetween } from './helpers/expect'
import { type Family, parseExposition, sampleOf } from './helpers/exposition'
import { freePort } from './helpers/ports'
import { ask, closing, scrape } from './helpers/scraping'
import { settle } from './helpers/settle'
import { TemporaryApp } from './helpers/temporary-app'

beforeAll(settle)

describe('with nothing but an environment variable', () => {
  const nodeArgs = ['--import', 'spanmeter/register']

  test('the process gets a warning, keeps its port and ends by itself', async () => {
    const port = await freePort()
    const env = { SPANMETER_PROMETHEUS_PORT: String(port) }
    const ended = runFixture('prometheus/idle.cjs', { nodeArgs, env })
    const families = await scrapeSoon(port)
    expect(sampleOf(families, 'process_memory_bytes')).toBeGreaterThan(0)
    // Keeps a connection open that did not ask anything.
    const idle = connect(port, '127.0.0.1').on('error', () => {})
    const { stdout, ...end } = await ended
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(stdout).filter((resource: string) => resource.startsWith('TCP'))).toEqual([])
    await closing(idle.resume())
    await expect(ask(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('ECONNREFUSED')
  })

  test('it works with nothing installed but spanmeter, and what it depends on', async () => {
    using app = new TemporaryApp(['node-gyp-build'])
    const port = await freePort()
    const env = { SPANMETER_PROMETHEUS_PORT: String(port) }
    const ended = run(
      process.execPath,
      [...nodeArgs, app.write('setTimeout(() => {}, 2000)')],
      env,
      100_000,
      app.folder,
    )
    const families = await scrapeSoon(port)
    expect(sampleOf(families, 'process_memory_bytes')).toBeGreaterThan(0)
    expect(sampleOf(families, 'spanmeter_thread_cpu_time_seconds_total')).toBeGreaterThan(0)
    expect(families.get('tracing_cpu_overhead_percent')!.samples).toEqual([])
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('a port that is taken is one warning, and the application goes on', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const program = [...nodeArgs, '-e', 'setTimeout(() => console.log("done"), 500)']
    const { code, stdout, stderr } = await runFixture('', {
      nodeArgs: program,
      env: { SPANMETER_PROMETHEUS_PORT: `${port}` },
    })
    other.close()
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
    expect(stderr.match(/Warning: /g)).toHaveLength(1)
    expect(stderr).toContain(`no endpoint for Prometheus: cannot listen on port ${port} of 127.0.0.1: it is taken`)
  })

  test.each([
    [{}, true],
    [{ RESOURCE_ATTRIBUTION_UPDATE_INTERVAL_SECS: '5' }, true],
    [{ SPANMETER_PROMETHEUS_PORT: '' }, false],
    [{ SPANMETER_ENABLED: 'false' }, false],
    [{ RESOURCE_ATTRIBUTION_ENABLED: 'false' }, false],
    [{ OTEL_SDK_DISABLED: 'true' }, false],
  ])('%o: there is an endpoint: %s', async (settings, there) => {
    const env = { SPANMETER_PROMETHEUS_PORT: String(await freePort()), NODE_DEBUG: 'spanmeter', ...settings }
    const program = [...nodeArgs, '-e', 'setTimeout(() => {}, 300)']
    const { stderr } = await runFixture('', { nodeArgs: program, env })
    expect(stderr.includes('metrics are at http://127.0.0.1:')).toBe(there)
  })

  test('its host, names and token are those of the environment, and nobody is shown the token', async () => {
    const [port, token] = [await freePort(), 'token-of-the-test']
    const env = {
      SPANMETER_PROMETHEUS_PORT: String(port),
      SPANMETER_PROMETHEUS_HOST: '127.0.0.2',
      SPANMETER_PROMETHEUS_ALLOWED_HOSTS: 'metrics.example.org',
      SPANMETER_PROMETHEUS_TOKEN: token,
      NODE_DEBUG: 'spanmeter',
    }
    const ended = runFixture('prometheus/idle.cjs', { nodeArgs, env })
    const url = `http://127.0.0.2:${port}/metrics`
    const authorization = `Bearer ${token}`
    await expect.poll(() => ask(url, { authorization }).catch(() => 'none yet')).toMatchObject({ status: 200 })
    expect(await ask(url)).toMatchObject({ status: 401 })
    expect(await ask(url, { authorization, host: 'metrics.example.org' })).toMatchObject({ status: 200 })
    expect(await ask(url, { authorization, host: 'evil.example' })).toMatchObject({ status: 421 })
    await expect(ask(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('ECONNREFUSED')
    const { code, stdout, stderr } = await ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`metrics are at ${url}`)
    expect(stdout + stderr).not.toContain(token)
  })

  test('two tokens are one warning that names both variables, and no endpoint', async () => {
    const tokens = { SPANMETER_PROMETHEUS_TOKEN: 'token-of-the-test', SPANMETER_PROMETHEUS_TOKEN_FILE: '/nonexistent' }
    const env = { SPANMETER_PROMETHEUS_PORT: `${await freePort()}`, NODE_DEBUG: 'spanmeter', ...tokens }
    const { code, stderr } = await runFixture('', { nodeArgs: [...nodeArgs, '-e', '0'], env })
    expect(code).toBe(0)
    expect(stderr.match(/Warning: .*/g)).toEqual([
      'Warning: spanmeter: SPANMETER_PROMETHEUS_TOKEN and SPANMETER_PROMETHEUS_TOKEN_FILE must not both be set; there is no endpoint for Prometheus',
    ])
    expect(stderr).not.toContain('metrics are at')
  })

  test('a token that cannot be had is one warning, and no endpoint', async () => {
    const port = await freePort()
    const env = { SPANMETER_PROMETHEUS_PORT: `${port}`, SPANMETER_PROMETHEUS_TOKEN_FILE: '/nonexistent' }
    const ended = runFixture('prometheus/idle.cjs', { nodeArgs, env })
    const { code, stderr } = await ended
    expect(code).toBe(0)
    expect(stderr.match(/Warning: /g)).toHaveLength(1)
    expect(stderr).toContain('there is no endpoint for Prometheus: tokenFile has no token that could be used: ENOENT')
  })

  test('what it has of tracing is switched by SPANMETER_ATTRIBUTION', async () => {
    const reported = async (attribution: string) => {
      const port = await freePort()
      const env = { SPANMETER_PROMETHEUS_PORT: String(port), SPANMETER_ATTRIBUTION: attribution }
      const families = await askFixture<string>('prometheus/own-requests.cjs', { nodeArgs, env })
      return sampleOf(parseExposition(families), 'tracing_cpu_overhead_percent')
    }
    expect(await reported('true')).toBeGreaterThan(0)
    expect(await reported('false')).toBeUndefined()
  })

  test('processes of a cluster do not share a port', async () => {
    const [port, other] = [await freePort(), await freePort()]
    const options = { nodeArgs, env: { SPANMETER_PROMETHEUS_PORT: String(port) }, args: [String(other)] }
    const { code, stdout, stderr } = await runFixture('prometheus/cluster.cjs', options)
    expect(code, stderr).toBe(0)
    const { before, after, reported } = JSON.parse(stdout) as Record<'before' | 'after' | 'reported', number>
    expectBetween(5, reported, before, after)
    const refused = [...stderr.matchAll(/port (\d+) of 127.0.0.1: it is taken; each worker of a cluster needs/g)]
    expect(refused.map(([, number]) => Number(number)).sort()).toEqual([port, other].sort())
  })
})

test('a worker thread may have an endpoint, and is none by the environment', async () => {
  const env = { SPANMETER_PROMETHEUS_PORT: String(await freePort()) }
  const nodeArgs = ['--import', 'spanmeter/register']
  const { code, stdout, stderr } = await runFixture('prometheus/worker.cjs', { nodeArgs, env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [ofThread, ofProcess, mainSeconds] = JSON.parse(stdout) as [string, string, number]
  const threadSeconds = (text: string) => sampleOf(parseExposition(text), 'spanmeter_thread_cpu_time_seconds_total')
  expect(threadSeconds(ofThread)).toBeGreaterThan(0.3)
  expect(threadSeconds(ofProcess)).toBeLessThan(mainSeconds)
})

async function scrapeSoon(port: number): Promise<Map<string, Family>> {
  for (;;) {
    try {
      return await scrape({ url: `http://127.0.0.1:${port}/metrics` })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
      await sleep(20)
    }
  }
}

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Line } from '../dist/record/lines.js'
import { Segments } from '../dist/record/segments.js'
import { runFixture } from './helpers/child'
import { Recordings, spansOf } from './helpers/recorded'

// What a recording must not do to the program that it is of, while it goes on and when it is over.

const provider = `
  const { trace } = require('@opentelemetry/api')
  new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
  const tracer = trace.getTracer('app')`

/** Prints by how many MB the heap has grown after many spans that nobody exports. */
const growth = `
  function heapMb() {
    for (let i = 0; i < 3; i++) gc()
    return process.memoryUsage().heapUsed / 2 ** 20
  }
  function endMany(text) {
    for (let i = 0; i < 20_000; i++) tracer.startSpan('work', { attributes: { text: text + i } }).end()
  }
  async function printGrowth() {
    const text = 'x'.repeat(500)
    endMany(text)
    const before = heapMb()
    endMany(text)
    console.log(heapMb() - before)
  }`

test('once it was stopped, spans are not kept', async () => {
  using recordings = new Recordings()
  const program = `
    ${provider}
    ${growth}
    const recording = require('spanmeter/record').startRecording({ directory: process.argv[1] })
    tracer.startSpan('first').end()
    recording.stop()
    printGrowth()`
  const nodeArgs = ['--expose-gc', '-e', program, recordings.directory]
  const { code, stdout, stderr } = await runFixture('', { nodeArgs })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(Number(stdout)).toBeLessThan(2)
})

test('once it could not be written, spans are not kept', async () => {
  using recordings = new Recordings()
  // The descriptor of the file is taken away, as by a host that closes what it does not know.
  const program = `
    ${provider}
    ${growth}
    const fs = require('node:fs')
    const isOurs = (name) => { try { return fs.readlinkSync('/proc/self/fd/' + name).endsWith('.jsonl') } catch {} }
    for (const name of fs.readdirSync('/proc/self/fd').filter(isOurs)) fs.closeSync(Number(name))
    tracer.startSpan('first').end()
    process.once('warning', ({ message }) => {
      console.error(message)
      printGrowth()
    })
    setTimeout(() => {}, 2000)`
  const { code, stdout, stderr } = await recordings.run('', {
    nodeArgs: ['--no-warnings', '--expose-gc', '-e', program],
  })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^spanmeter: the recording ends here: EBADF.*\n$/),
  })
  expect(Number(stdout)).toBeLessThan(2)
})

const thrown = {
  'an error whose message is a list': "Object.assign(new Error('x'), { message: ['a', 'b'] })",
  'an object without a prototype': 'Object.create(null)',
  'an error whose message throws': "Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
  'a symbol': 'Symbol()',
}

test.each(Object.entries(thrown))('the program handles %s itself', async (_, what) => {
  using recordings = new Recordings()
  const program = `
    process.on('uncaughtException', () => console.log('handled'))
    setTimeout(() => { throw ${what} })`
  const { code, stdout, stderr } = await recordings.run('', { nodeArgs: ['-e', program] })
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'handled\n', stderr: '' })
})

test('a signal that asks for a snapshot after it could not be written is not the end of the program', async () => {
  using recordings = new Recordings()
  const program = `
    const fs = require('node:fs')
    const isOurs = (name) => { try { return fs.readlinkSync('/proc/self/fd/' + name).endsWith('.jsonl') } catch {} }
    for (const name of fs.readdirSync('/proc/self/fd').filter(isOurs)) fs.closeSync(Number(name))
    const living = setInterval(() => {}, 1000)
    process.once('warning', () => {
      process.kill(process.pid, 'SIGUSR2')
      setTimeout(() => {
        clearInterval(living)
        console.log('lives')
      }, 200)
    })`
  const env = { SPANMETER_RECORD_SIGNAL: 'SIGUSR2' }
  const { code, signal, stdout } = await recordings.run('', { nodeArgs: ['-e', program], env })
  expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'lives\n' })
})

test('a request that cannot be described is not counted as open for ever', async () => {
  using recordings = new Recordings()
  const program = `
    const server = require('node:http').createServer((request, response) => {
      if (request.url === '/bad') Object.defineProperty(request, 'url', { value: Object.create(null) })
      response.end()
    }).listen(0, '127.0.0.1', async () => {
      for (const path of ['/bad', '/good']) {
        await (await fetch('http://127.0.0.1:' + server.address().port + path)).text()
        await new Promise((done) => setTimeout(done, 50))
      }
      process.exit()
    })`
  expect(await recordings.run('', { nodeArgs: ['-e', program] })).toMatchObject({ code: 0, stderr: '' })
  const { processes } = await recordings.read()
  expect(spansOf(processes[0]!).find(({ name }) => name === 'GET /good')!.flags & 4).toBe(0)
})

test('a provider whose processors are frozen is registered all the same', async () => {
  using recordings = new Recordings()
  const program = `
    const { trace } = require('@opentelemetry/api')
    // The proxy is known from here on.
    new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
    trace.disable()
    const _activeSpanProcessor = { _spanProcessors: Object.freeze([]) }
    console.log(trace.setGlobalTracerProvider({ _activeSpanProcessor, getTracer() {} }))`
  const { code, stdout, stderr } = await recordings.run('', { nodeArgs: ['-e', program] })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\n' })
  expect(
    stderr.match(/Warning: spanmeter: the spans of a tracer provider are not recorded: Cannot add property/g),
  ).toHaveLength(1)
  expect(stderr.match(/^\(node:\d+\) Warning/gm)).toHaveLength(2) // nor do they get attributes
})

test('a request that is open when it is stopped does not keep the sampler awake', async () => {
  using recordings = new Recordings()
  const program = `
    const monitor = require('spanmeter').createMonitor()
    const recording = require('spanmeter/record').startRecording({ monitor, directory: process.argv[1] })
    const server = require('node:http').createServer(() => {}).listen(0, '127.0.0.1', () => {
      fetch('http://127.0.0.1:' + server.address().port).catch(() => {})
    })
    server.once('request', () => {
      recording.stop()
      const wait = setInterval(() => {
        if (monitor.health().state !== 'parked') return
        console.log('parked')
        process.exit()
      }, 10)
    })`
  const { code, stdout, stderr } = await runFixture('', { nodeArgs: ['-e', program, recordings.directory] })
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'parked\n', stderr: '' })
})

test('a connection that becomes another one, as a WebSocket or a tunnel does, is no request', async () => {
  using recordings = new Recordings()
  // As undici announces them; not all versions of Node.js have a WebSocket, or take a proxy.
  const program = `
    const request = { method: 'GET', origin: 'http://a.example', path: '/', upgrade: 'websocket' }
    const { upgrade, ...plain } = { ...request, path: '/plain' }
    const tunnel = { ...plain, method: 'CONNECT', upgrade: null }
    for (const each of [request, tunnel, plain]) require('node:diagnostics_channel').channel('undici:request:create').publish({ request: each })
    setTimeout(() => {}, 1500)`
  expect(await recordings.run('', { nodeArgs: ['-e', program] })).toMatchObject({ code: 0, stderr: '' })
  const { processes } = await recordings.read()
  expect(spansOf(processes[0]!).map(({ name }) => name)).toEqual(['outgoing GET a.example/plain'])
})

test('requests are marked by the thresholds of the environment', async () => {
  const program = `
    const server = require('node:http').createServer((request, response) => {
      for (const until = performance.now() + 20; performance.now() < until; );
      setTimeout(() => response.end(), 60)
    }).listen(0, '127.0.0.1', async () => {
      await (await fetch('http://127.0.0.1:' + server.address().port)).text()
      process.exit()
    })`
  const flagsWith = async (env: NodeJS.ProcessEnv) => {
    using recordings = new Recordings()
    expect(await recordings.run('', { nodeArgs: ['-e', program], env })).toMatchObject({ code: 0, stderr: '' })
    const { processes } = await recordings.read()
    return spansOf(processes[0]!).find(({ name }) => name === 'GET /')!.flags & 3
  }
  expect(await flagsWith({})).toBe(0)
  expect(await flagsWith({ SPANMETER_CPU_THRESHOLD: '0', SPANMETER_MEMORY_THRESHOLD_MB: '1' })).toBe(3)
})

test('while it is copied, it grows and is not made smaller', async () => {
  using recordings = new Recordings()
  const folder = join(recordings.directory, 'recording/thread')
  const limit = 2 ** 16
  const segments = new Segments(folder, {} as never, limit)
  const bytes = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  const line: Line = { kind: 'end', atMs: 1, why: 'x'.repeat(1000) }
  const release = await segments.hold()
  for (let i = 0; i < 200; i++) segments.append([line])
  const whole = bytes()
  await sleep(100)
  expect(bytes()).toBe(whole)
  expect(whole).toBeGreaterThan(3 * limit)
  release()
  await expect.poll(bytes).toBeLessThan(1.2 * limit)
  segments.close()
})

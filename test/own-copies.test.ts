import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot, runFixture } from './helpers/child'
import { Running } from './helpers/running'

// More than one copy of this package in a process: that of the application and that of a dependency.

// Below the package, where the other packages are.
const copy = join(packageRoot, `build/copy-${process.pid}`)
const inCopy = (file: string) => JSON.stringify(join(copy, 'dist', file, 'index.js'))

beforeAll(() => {
  for (const part of ['dist', 'package.json', 'build/Release']) {
    cpSync(join(packageRoot, part), join(copy, part), { recursive: true })
  }
})
afterAll(() => rmSync(copy, { recursive: true }))

/** What a program does with its one span; prints how many processors measure, and what the span got. */
const span = `
  const { trace } = require('@opentelemetry/api')
  const spentUs = () => Object.values(process.cpuUsage()).reduce((user, system) => user + system)
  const provider = trace.getTracerProvider().getDelegate()
  trace.getTracer('app').startActiveSpan('work', (span) => {
    for (const until = spentUs() + 10_000; spentUs() < until; );
    span.end()
    const key = Symbol.for('spanmeter.measuring.1')
    const processors = provider._activeSpanProcessor._spanProcessors.filter((processor) => processor[key])
    console.log(processors.length, span.attributes['resource.cpu.self_ms'] > 0)
  })`

const processorsOf = (file: string) =>
  `new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)({ spanProcessors: [${file}] }).register()`

async function runProgram(program: string, { args = [] as string[], env = {} as NodeJS.ProcessEnv } = {}) {
  const ended = await runFixture('', { nodeArgs: [...args, '-e', program], env })
  expect(ended.code, ended.stderr).toBe(0)
  return ended
}

describe('two copies that are loaded by --import, or by --require', () => {
  const program = `require('spanmeter/register'); require(${inCopy('register')}); ${processorsOf('')}; ${span}`

  test('measure each span once, and say nothing', async () => {
    expect(await runProgram(program)).toMatchObject({ stdout: '1 true\n', stderr: '' })
  })

  test('serve one endpoint, and warn once of a bad variable', async () => {
    const env = { SPANMETER_PROMETHEUS_PORT: '0', SPANMETER_WHEN: 'never', NODE_DEBUG: 'spanmeter' }
    const { stdout, stderr } = await runProgram(program, { env })
    expect(stdout).toBe('1 true\n')
    expect(stderr.match(/metrics are at/g)).toHaveLength(1)
    expect(stderr.match(/Warning: spanmeter: SPANMETER_WHEN/g)).toHaveLength(1)
  })

  test('are named by NODE_DEBUG=spanmeter in one line', async () => {
    const { stderr } = await runProgram(program, { env: { NODE_DEBUG: 'spanmeter' } })
    const line = `spanmeter/register in ${join(copy, 'dist/register')} leaves all to the one that was loaded first, in `
    expect(stderr.split('\n').filter((one) => one.includes(line))).toEqual([
      expect.stringContaining(join(packageRoot, 'dist/register')),
    ])
  })

  test('measure in each worker by one of them', async () => {
    const worker = `${program}`
    const main = `${program}; new (require('node:worker_threads').Worker)(${JSON.stringify(worker)}, { eval: true })`
    expect(await runProgram(main)).toMatchObject({ stdout: '1 true\n1 true\n', stderr: '' })
  })
})

describe('spanmeter/register beside a processor of another copy', () => {
  const other = `new (require(${inCopy('otel')}).ResourceSpanProcessor)`
  const args = ['--require', 'spanmeter/register']

  test('attaches nothing, and NODE_DEBUG=spanmeter says why in one line', async () => {
    const program = `${processorsOf(`${other}()`)}; ${span}`
    expect(await runProgram(program, { args })).toMatchObject({ stdout: '1 true\n', stderr: '' })
    const { stderr } = await runProgram(program, { args, env: { NODE_DEBUG: 'spanmeter' } })
    expect(stderr.match(/another copy of spanmeter, in .*/g)).toEqual([
      `another copy of spanmeter, in ${join(copy, 'dist')}, writes the attributes of spans; this one is in ${join(packageRoot, 'dist')}`,
    ])
  })

  test('measures what has other names', async () => {
    const program = `${processorsOf(`${other}({ prefix: 'theirs' })`)}; ${span}`
    expect(await runProgram(program, { args })).toMatchObject({ stdout: '2 true\n', stderr: '' })
  })

  test('takes its place once that is shut down', async () => {
    const program = `const theirs = ${other}(); theirs.shutdown(); ${processorsOf('theirs')}; ${span}`
    expect(await runProgram(program, { args })).toMatchObject({ stdout: '1 true\n', stderr: '' })
  })

  test('has what spans cost in its metrics all the same', async () => {
    const program = `
      const { startPrometheusEndpoint } = require('spanmeter/prometheus')
      startPrometheusEndpoint({ port: 0 }).then(async ({ url, stop }) => {
        ${processorsOf(`${other}()`)}; ${span}
        const text = await (await fetch(url)).text()
        console.log(/^spanmeter_span_cpu_self_seconds_count\\{span_name="work"\\} 1$/m.test(text))
        await stop()
      })`
    expect(await runProgram(program, { args })).toMatchObject({ stdout: '2 true\ntrue\n', stderr: '' })
  })
})

test('two copies that attribute wrap the context manager once each, however many spans there are', async () => {
  const theirs = `new (require(${inCopy('otel')}).ResourceSpanProcessor)({ prefix: 'theirs' })`
  const ours = `new (require('spanmeter/otel').ResourceSpanProcessor)()`
  const program = `
    ${processorsOf(`${theirs}, ${ours}`)}
    const { trace, context } = require('@opentelemetry/api')
    const work = (ms) => trace.getTracer('app').startActiveSpan('work', (span) => {
      for (const until = performance.now() + ms; performance.now() < until; );
      span.end()
      return span.attributes
    })
    for (let i = 0; i < 10_000; i++) work(0)
    const manager = context._getContextManager()
    let depth = 0
    for (let one = manager.with; one; one = one[Symbol.for('spanmeter original')]) depth++
    const { ['resource.cpu.self_ms']: ours, ['theirs.cpu.self_ms']: theirs } = work(10)
    console.log(depth, ours > 0, theirs > 0)
    trace.getTracerProvider().getDelegate().shutdown().then(() => console.log('with' in Object.getOwnPropertyDescriptors(manager)))`
  expect(await runProgram(program)).toMatchObject({ stdout: '3 true true\nfalse\n', stderr: '' })
})

test('a recording has what spans cost that another copy measures', async () => {
  const program = `${processorsOf(`new (require(${inCopy('otel')}).ResourceSpanProcessor)()`)}; ${span}`
  using running = new Running()
  await running.run([process.execPath, '-e', program])
  expect(running.summary.rows.find(({ name }) => name === 'work')!.selfMs).toBeGreaterThan(1)
})

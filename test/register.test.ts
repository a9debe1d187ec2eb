import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askFixture, run, runFixture } from './helpers/child'
import { expectBetween } from './helpers/expect'
import { runApp } from './helpers/registered'

describe('an application with nothing of ours in it', () => {
  const preloads = { import: ['--import', 'spanmeter/register'], require: ['--require', 'spanmeter/register'] }
  const apps = ['app.cjs', 'app.mjs']
  const ways = apps.flatMap((app) => Object.keys(preloads).map((way) => [app, way as keyof typeof preloads] as const))

  test.each(ways)('%s with --%s', async (app, way) => {
    const { attributes, stderr } = await runApp(app, { nodeArgs: preloads[way] })
    expect(attributes.app).toBe(true)
    expect(attributes['resource.cpu.time_ms']).toBeGreaterThan(10)
    expect(attributes['resource.cpu.self_ms']).toBeGreaterThan(10)
    expect(stderr).toBe('')
  })

  test.each(apps)('%s that registered its provider before', async (app) => {
    const { attributes } = await runApp(app, { args: ['late'] })
    expect(attributes['resource.cpu.self_ms']).toBeGreaterThan(10)
  })

  test('with both flags its span gets its attributes once', async () => {
    const nodeArgs = [...preloads.require, ...preloads.import]
    const { stderr } = await runApp('app.cjs', { nodeArgs, env: { NODE_DEBUG: 'spanmeter' } })
    expect(stderr.match(/attached to 1/g)).toHaveLength(1)
  })

  test.each(['SPANMETER_ENABLED=false', 'RESOURCE_ATTRIBUTION_ENABLED=False', 'OTEL_SDK_DISABLED=true'])(
    '%s leaves it alone',
    async (setting) => {
      const [name, value] = setting.split('=') as [string, string]
      const { attributes } = await runApp('app.cjs', { nodeArgs: preloads.import, env: { [name]: value } })
      expect(attributes).toEqual({ app: true })
    },
  )

  test('a bad value is one warning that names it, and the default', async () => {
    const env = { SPANMETER_DETAIL: 'everything', SPANMETER_CPU_THRESHOLD: '1' }
    const { attributes, stderr } = await runApp('app.cjs', { nodeArgs: preloads.import, env })
    expect(stderr.match(/Warning: spanmeter/g)).toHaveLength(1)
    expect(stderr).toContain("SPANMETER_DETAIL must be one of 'default', 'full', got 'everything'; the default is used")
    expect(attributes['resource.cpu_bound']).toBe(true)
    expect(attributes).not.toHaveProperty(['resource.cpu.p95'])
  })

  test('workers do not repeat the warning of the thread that started them', async () => {
    const program = `
      const { once } = require('node:events')
      const { isMainThread, Worker } = require('node:worker_threads')
      const start = (env) => once(new Worker(__filename, { env }), 'exit')
      if (isMainThread) Promise.all([start(), start(), start({ SPANMETER_WHEN: 'never' })])`
    const file = join(mkdtempSync(join(tmpdir(), 'spanmeter-test-')), 'app.cjs')
    writeFileSync(file, program)
    const env = { SPANMETER_DETAIL: 'everything' }
    const { code, stderr } = await run(process.execPath, [...preloads.import, file], env)
    rmSync(dirname(file), { recursive: true })
    expect(code, stderr).toBe(0)
    expect(stderr.match(/Warning: spanmeter: \w+/g)!.toSorted()).toEqual([
      'Warning: spanmeter: SPANMETER_DETAIL',
      'Warning: spanmeter: SPANMETER_WHEN',
    ])
  })

  test('one that may not read its environment starts all the same', async () => {
    const forbid = `process.env = new Proxy(process.env, {
      get(variables, name) {
        if (String(name).startsWith('SPANMETER')) throw new Error(name + ' is forbidden')
        return variables[name]
      },
    })`
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(forbid)}`, ...preloads.import]
    const { attributes, stderr } = await runApp('app.cjs', { nodeArgs })
    expect(attributes).toEqual({ app: true })
    expect(stderr).toContain('Warning: spanmeter: spans go without resource attributes: SPANMETER_')
  })

  interface Outcome {
    held: number
    weak: number
    hooked: boolean
    last: Record<string, number>
    /** What the work in the last span used, and its thread from before the span to after it. */
    usedMs: number
    aroundMs: number
  }

  test.each([
    ['spanmeter/register', preloads.import, []],
    ['SpanmeterInstrumentation', [], ['instrumented']],
  ])('%s serves each of many providers, and holds none of them', async (_name, flags, args) => {
    const options = { nodeArgs: ['--expose-gc', ...flags], args }
    const { held, weak, hooked, last, usedMs, aroundMs } = await askFixture<Outcome>('register/many.cjs', options)
    expectBetween(10, last['resource.cpu.self_ms']!, usedMs, aroundMs)
    expect(held).toBeLessThan(10)
    expect(weak).toBeLessThan(20)
    expect(hooked).toBe(false)
  })

  const recording = join(tmpdir(), `spanmeter-test-${process.pid}`)

  test.each([
    ['the endpoint for Prometheus', { SPANMETER_PROMETHEUS_PORT: '0' }],
    ['a recording', { SPANMETER_RECORD_DIR: recording }],
    ['a recording without attributes', { SPANMETER_RECORD_DIR: recording, SPANMETER_RECORD_ATTRIBUTES: 'false' }],
  ])('%s holds none of many providers and exporters, and nothing for those that are gone', async (_name, env) => {
    const options = { nodeArgs: ['--expose-gc', ...preloads.import], env }
    const { held, weak, last } = await askFixture<Outcome>('register/many.cjs', options)
    rmSync(recording, { recursive: true, force: true })
    expect(last['resource.cpu.self_ms']).toBeGreaterThan(10)
    expect(held).toBeLessThan(10)
    expect(weak).toBeLessThan(20)
  })

  test('one that resets the API sees the same as without us, and each of its providers is served', async () => {
    interface Resets {
      seen: unknown[]
      attributed: boolean[]
    }
    const bare = await askFixture<Resets>('register/resets.cjs')
    expect(bare.attributed).toEqual([false, false, false, false])
    const { code, stdout, stderr } = await runFixture('register/resets.cjs', { nodeArgs: preloads.import })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { seen, attributed }: Resets = JSON.parse(stdout)
    expect(seen).toEqual(bare.seen)
    expect(attributed).toEqual([true, true, true, true])
  })

  test.each([
    ['{}', 1],
    ["{ prefix: 'app' }", 2],
  ])('a processor of its own with %s makes %i of them', async (options, processors) => {
    const program = `
      const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
      const { ResourceSpanProcessor } = require('spanmeter/otel')
      const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor(${options})] })
      provider.register()
      console.log(provider._activeSpanProcessor._spanProcessors.length)`
    const nodeArgs = ['--require', 'spanmeter/register', '-e', program]
    expect(await runFixture('', { nodeArgs })).toMatchObject({ stdout: `${processors}\n`, stderr: '' })
  })

  test.each([
    ['closed', 'a tracer provider of an unknown kind (ForeignProvider) was left alone'],
    ['numbers', 'spans go without resource attributes: they are of an unknown kind (ForeignSpan)'],
    ['contexts', 'spans go without resource attributes: they are of an unknown kind (ForeignSpan)'],
  ])('a provider of another kind (%s) works as before, which is one warning', async (kind, warning) => {
    const options = { nodeArgs: preloads.import, args: [kind], env: { NODE_DEBUG: 'spanmeter' } }
    const { code, stdout, stderr } = await runFixture('register/foreign.cjs', options)
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '3\n' })
    expect(stderr.match(/Warning: .*/g)).toEqual([expect.stringContaining(warning)])
    expect(stderr).not.toContain('was registered')
  })

  test('a failure at its spans is one warning, and all of them are exported', async () => {
    const { code, stdout, stderr } = await runFixture('register/frozen.cjs', { nodeArgs: preloads.import })
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '6\n' })
    expect(stderr.match(/Warning: .*/g)).toEqual([
      expect.stringMatching(/^Warning: spanmeter: spans go without resource attributes: .*not extensible/),
    ])
  })

  describe('loads', () => {
    const report = `
      const ours = Object.keys(require.cache).filter((path) => path.includes('/dist/'))
      const builtins = process.moduleLoadList.map((name) => name.replace(/^\\S+ /, ''))
      console.log(JSON.stringify({ ours, builtins }))`

    /** What a program loads with us and does not load without. */
    async function addedTo(program: string) {
      const load = async (nodeArgs: readonly string[]) => {
        const { stdout } = await runFixture('', { nodeArgs: [...nodeArgs, '-e', program + report] })
        return JSON.parse(stdout) as { ours: string[]; builtins: string[] }
      }
      const bare = await load([])
      const { ours, builtins } = await load(preloads.require)
      const files = ours.filter((path) => !bare.ours.includes(path)).map((path) => path.replace(/.*\/dist\//, ''))
      // Those that Node.js itself needs to find a package are internal.
      const added = builtins.filter((name) => !bare.builtins.includes(name) && !name.startsWith('internal/'))
      return { files, added }
    }

    test('next to nothing where OpenTelemetry is not used', async () => {
      expect(await addedTo('')).toEqual({ files: ['register/index.js', 'sdk/api-global.js'], added: [] })
    })

    test('what spans need with the first tracer provider', async () => {
      const { files, added } = await addedTo(`
        const provider = new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)()
        provider.register()
        provider.getTracer('app').startSpan('work').end();`)
      expect(files).toContain('otel/span-processor.js')
      expect(files.filter((file) => /metrics|prometheus|cli|backend\/js|measured-work|for-process/.test(file))).toEqual(
        [],
      )
      expect(added).not.toContain('worker_threads')
      expect(added).not.toContain('http')
    })
  })

  test('one without OpenTelemetry gets a message only at debug level, and nothing is started', async () => {
    const program = ['-e', 'console.log(process._getActiveHandles().length)']
    const quiet = await runFixture('', { nodeArgs: [...preloads.import, ...program] })
    expect(quiet).toMatchObject({ code: 0, stderr: '' })
    const loud = await runFixture('', { nodeArgs: [...preloads.import, ...program], env: { NODE_DEBUG: 'spanmeter' } })
    expect(loud.stderr).toMatch(/no OpenTelemetry tracer provider was registered/)
    expect(loud.stdout).toBe(quiet.stdout)
  })
})

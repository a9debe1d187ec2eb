import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { spanFlag } from '../dist/report/data.js'
import { readRecording } from '../dist/report/read-recording.js'
import { canThrottle, makeQuotaGroup, quotaGroup, removeQuotaGroup } from './helpers/cgroup'
import { readBySpeedscope } from './helpers/foreign-readers'
import { spansOf } from './helpers/recorded'
import { Running } from './helpers/running'

// What the page must say of the circumstances.

const fixture = (name: string) => join(__dirname, 'fixtures', name)
const node = (code: string) => [process.execPath, '-e', code]
const spin = (ms: number) => `const until = performance.now() + ${ms}; while (performance.now() < until);`

describe('spans that are open when the program ends', () => {
  test.each(['SIGKILL', 'SIGTERM'])('by %s are as long as the recording, and said not to end', async (signal) => {
    using running = new Running()
    const otlp = join(running.scratch, 'spans.jsonl')
    const trace = join(running.scratch, 'trace.json')
    const program = [process.execPath, fixture('record/unfinished.cjs'), signal]
    const { stderr } = await running.run(program, { options: ['--otlp', otlp, '--trace', trace] })
    const data = await readRecording(running.recording)
    const spans = Object.fromEntries(spansOf(data.processes[0]!).map((span) => [span.name, span]))
    expect(Object.keys(spans).sort()).toEqual(['ended', 'inner', 'outer'])
    const unfinished = Object.values(spans).filter(({ flags }) => (flags & spanFlag.unfinished) !== 0)
    expect(unfinished.map(({ name }) => name).sort()).toEqual(['inner', 'outer'])
    for (const { endMs } of unfinished) expect(endMs).toBeCloseTo(data.program.durationMs, 2)
    expect(spans.inner!.parent).toBe('outer')
    expect(JSON.parse(spans.outer!.attributes!)).toEqual({ 'job.id': 7 })
    expect(stderr).toMatch(/^ {2}outer +1 .* 1 did not end$/m)
    const { readOtlp } = await import('../dist/report/read-otlp.js')
    const [read] = (await readOtlp(otlp)).processes
    expect(spansOf(read!).filter(({ flags }) => (flags & spanFlag.unfinished) !== 0)).toHaveLength(2)

    // speedscope puts the arguments of a slice behind its name.
    const lanes = await readBySpeedscope('trace.json', readFileSync(trace, 'utf8'))
    const frames = Object.values(lanes).flat()
    const marked = frames.filter(({ name }) => name.includes('"spanmeter.unfinished":true'))
    expect(marked.map(({ name }) => name.split(' ')[0]).sort()).toEqual(['inner', 'outer'])
    const lastUs = Math.max(...frames.map(({ endUs }) => endUs))
    for (const { endUs } of marked) expect(endUs).toBe(lastUs)
    expect(frames.some(({ name }) => name.startsWith('ended '))).toBe(true)
  })

  test('are requests, where there is no OpenTelemetry', async () => {
    using running = new Running()
    await running.run(
      node(`
      const server = require('node:http').createServer(() => setTimeout(() => process.exit(3), 300))
      server.listen(0, () => fetch('http://127.0.0.1:' + server.address().port + '/orders/17').catch(() => {}))`),
    )
    const [served, ...others] = running.summary.rows.filter(({ flags }) => flags.unfinished > 0)
    expect([served!, ...others].map(({ name }) => name.replace(/:\d+/, ':port')).sort()).toEqual([
      'GET /orders/:id',
      'outgoing GET 127.0.0.1:port/orders/:id',
    ])
  })
})

describe('a cluster', () => {
  test('is its first process, and --children has the workers with their spans', async () => {
    using running = new Running()
    const program = [process.execPath, fixture('children/cluster.cjs')]
    const { code } = await running.run(program, { options: ['--children'] })
    expect(code).toBe(0)
    const { processes, rows } = running.summary
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(3)
    const requests = rows.filter(({ name }) => name === 'request')
    expect(requests.length).toBeGreaterThan(0)
    for (const { count, selfMs } of requests) expect(selfMs).toBeGreaterThan(15 * count)

    using alone = new Running()
    await alone.run(program)
    expect(alone.summary.processes).toHaveLength(1)
    expect(alone.summary.verdict.join()).toContain('2 other processes of Node.js that it started were not recorded')
  })
})

describe('what limits the figures is in the report', () => {
  test('the JavaScript sampler, and why', async () => {
    using running = new Running()
    const { stdout } = await running.run(node(`setTimeout(() => console.log('done'), 500)`), {
      env: { NODE_OPTIONS: '--no-addons' },
    })
    expect(stdout).toBe('done\n')
    const { sampler } = running.summary.processes[0]!
    expect(sampler).toMatchObject({ backend: 'js', backendReason: expect.stringMatching(/addon/) })
    expect(sampler.samples).toBeGreaterThan(10)
  })

  test('a period that was lengthened, and why', async () => {
    using running = new Running()
    const options = ['--period', '0.05', '--max-overhead', '0.05']
    await running.run(node('setTimeout(() => {}, 3000)'), { options })
    const { sampler } = running.summary.processes[0]!
    expect(sampler.lengthened).toMatchObject({ wantedMs: 0.05, reason: 'budget' })
    expect(sampler.lengthened!.longestMs).toBeGreaterThan(0.1)
  })

  test.skipIf(!canThrottle)('a cgroup that throttles (needs a writable cgroup of version 1)', async () => {
    expect(makeQuotaGroup()).toBe(true)
    try {
      using running = new Running()
      const enter = `echo $$ > ${join(quotaGroup, 'cgroup.procs')} && exec "$0" "$@"`
      await running.run(['sh', '-c', enter, ...node(spin(2500))])
      const { machine, processes } = await readRecording(running.recording)
      expect(machine.cpuLimit).toBeCloseTo(0.2)
      const { time, percent } = processes[0]!.throttled!
      expect(time.length).toBeGreaterThan(5)
      // NaN where the kernel was not read in time.
      expect(Math.max(...percent.filter((value) => !Number.isNaN(value)))).toBeGreaterThan(20)
    } finally {
      removeQuotaGroup()
    }
  })
})

test('an application with a processor of its own is measured once, and recorded with what it says', async () => {
  using running = new Running()
  const program = `
    const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
    const { ResourceSpanProcessor } = require('spanmeter/otel')
    const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor()] })
    provider.register()
    provider.getTracer('app').startActiveSpan('busy', (busy) => {
      ${spin(50)}
      busy.end()
      console.log(busy.attributes['resource.cpu.self_ms'], provider._activeSpanProcessor._spanProcessors.length)
    })`
  const { stdout } = await running.run(node(program))
  const [selfMs, processors] = stdout.trim().split(' ').map(Number)
  // Theirs, and the one that records.
  expect(processors).toBe(2)
  expect(running.summary.rows.find(({ name }) => name === 'busy')!.selfMs).toBeCloseTo(selfMs!, 2)
})

test.each([
  ['', undefined],
  ["onEnding(span) { span.setAttribute('late', 1) },", 1],
])('attributes are those of the application alone, also from a processor with {%s}', async (hook, late) => {
  using running = new Running()
  const program = `
    const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
    const theirs = { ${hook} onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }
    const provider = new NodeTracerProvider({ spanProcessors: [theirs] })
    provider.register()
    const attributes = { 'http.route': '/', 'resource.name': 'mine', list: ['a', 'b'] }
    provider.getTracer('app').startSpan('work', { attributes }).end()`
  await running.run(node(program))
  const [span] = spansOf((await readRecording(running.recording)).processes[0]!)
  const own = { 'http.route': '/', 'resource.name': 'mine', list: ['a', 'b'] }
  expect(JSON.parse(span!.attributes!)).toEqual(late === undefined ? own : { ...own, late })
})

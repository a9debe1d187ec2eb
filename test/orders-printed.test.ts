import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedSpan } from '../examples/demo/otlp-decode'
import { type Ended, packageRoot, run } from './helpers/child'
import { buildOrders, findInPath, unlessKafka } from './helpers/orders'

// What a run of the example leaves on the terminal and on disk: without redis-server, and with a second instance.

const report = (file: string) => join(packageRoot, 'orders-report', file)

const args = ['--head-of-line', '--processing', '2']

describe.skipIf(unlessKafka !== '')(`npm run orders -- ${args.join(' ')}${unlessKafka}`, () => {
  const bin = mkdtempSync(join(tmpdir(), 'spanmeter-bin-'))
  let ended: Ended
  let spans: DecodedSpan[]

  beforeAll(async () => {
    buildOrders()
    rmSync(report(''), { recursive: true, force: true })
    // A machine on which these are installed, but no Redis.
    for (const name of ['kcat', 'node', 'sh']) symlinkSync(findInPath(name)!, join(bin, name))
    const env = { PATH: bin, REDIS_URL: '', KAFKA_SESSION_TIMEOUT_MS: '30000' }
    const fixed = ['--port', '0', '--timeout', '90', '--scale', '1']
    ended = await run(findInPath('npm')!, ['run', 'orders', '--', ...args, ...fixed], env)
    spans = JSON.parse(readFileSync(report('spans.json'), 'utf8'))
  })
  afterAll(() => rmSync(bin, { recursive: true }))

  test('ends well, and names what it took for Kafka and Redis', () => {
    const { code, stdout, stderr } = ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^the mock broker of kcat at 127\.0\.0\.1:\d+$/m)
    expect(stdout).toMatch(
      /^a substitute for Redis in JavaScript at 127\.0\.0\.1:\d+, since redis-server is not installed$/m,
    )
    expect(stdout.match(/^6 of 6 orders were stored/gm)).toHaveLength(2)
  })

  test('prints the trace of an order as a tree, with the figures of its spans', () => {
    const [, traceId] = /: trace ([0-9a-f]{32}), correlation id /.exec(ended.stdout)!
    const trace = spans.filter((span) => span.traceId === traceId)
    for (const name of ['POST /order', 'create_order', 'process_order', 'notify_order', 'analyze_order']) {
      const { service, durationMs, attributes } = trace.find((span) => span.name === name)!
      const figures = ['cpu.self_ms', 'cpu.others_ms', 'cpu.time_ms', 'cpu.wait_ms'].map(
        (key) => attributes[`resource.${key}`],
      )
      const cells = [durationMs, ...figures].map((value) => (value === undefined ? '–' : Number(value).toFixed(1)))
      expect(ended.stdout).toMatch(new RegExp(`[─ ]?${name} +${service} +${cells.join(' +')} +\\d+$`, 'm'))
    }
    expect(ended.stdout).toMatch(
      /└─ process_order .*\n.*├─ exists .*\n.*├─ data_transformation .*\n.*├─ business_logic /,
    )
  })

  test('prints what each operation cost, how far consumers were behind, and where the bottleneck is', () => {
    expect(ended.stdout).toMatch(/│ processing +│ extreme_cpu_computation +│ +2 │/)
    expect(ended.stdout).toMatch(/│ processing +│ redis_basic +│ +10 │/)
    for (const service of ['processing', 'notification', 'analytics']) {
      expect(ended.stdout).toMatch(new RegExp(`│ ${service} +│ +\\d+ │ +0 │ +\\d+ │ +\\d+ │`))
    }
    // The severe order takes seconds, and counts until its offset is committed.
    expect(ended.stdout).toMatch(/│ processing +│ +[1-9]\d* │ +0 │/)
    expect(ended.stdout.match(/^bottleneck: \w+, /gm)).toHaveLength(2)
    expect(ended.stdout).toMatch(/│ +1 │ +6 │ +[\d.]+ │ +\d+ │ +\d+ │ +\d+ │ +\d+ │\n│ +2 │ +6 │/)
  })

  test('exercise 6: a second instance mends what light orders waited for', () => {
    const instanceOf = (order: string, instance: string) =>
      readFileSync(report(`logs/${instance}.jsonl`), 'utf8').includes(`"order":"${order}","msg":"done"`)
    const figure = ({ attributes }: DecodedSpan, name: string) => attributes[name] as number
    const stages = spans.filter(({ name }) => name === 'process_order').sort((a, b) => a.startMs - b.startMs)
    const works = new Map(
      spans
        .filter(({ name }) => name === 'business_logic')
        .map(({ parentSpanId, attributes }) => [parentSpanId!, attributes['workload.operation']]),
    )
    const [before, after] = [stages.slice(0, 6), stages.slice(6)]
    const severe = (of: DecodedSpan[]) => of.find(({ spanId }) => works.get(spanId) === 'extreme_cpu_computation')!
    const lights = (of: DecodedSpan[]) => of.filter((span) => span !== severe(of))
    const held = (span: DecodedSpan) => figure(span, 'order.queue_ms') + figure(span, 'resource.cpu.others_ms')
    const blockedMs = figure(
      spans.find(({ parentSpanId }) => parentSpanId === severe(before).spanId)!,
      'resource.cpu.self_ms',
    )
    expect(blockedMs).toBeGreaterThan(0)

    // With one instance they waited: in the topic, or on the event loop.
    const ownMs = 200
    expect(lights(before).filter((span) => held(span) > ownMs).length).toBeGreaterThan(2)
    // With two, those of the other instance waited for nobody on its event loop.
    const severeIn = instanceOf(String(severe(after).attributes['order.id']), 'processing')
      ? 'processing'
      : 'processing-2'
    const elsewhere = lights(after).filter((span) => !instanceOf(String(span.attributes['order.id']), severeIn))
    expect(elsewhere.length).toBeGreaterThan(2)
    const own = severe(before)
    for (const span of elsewhere)
      expect(figure(span, 'resource.cpu.others_ms')).toBeLessThan(figure(own, 'resource.cpu.time_ms') / 4)
  })

  test('writes a page for each process, and one that links them', () => {
    const page = readFileSync(report('index.html'), 'utf8')
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link!)
    expect(new Set(links)).toEqual(
      new Set(['api', 'processing', 'processing-2', 'notification', 'analytics'].map((name) => `${name}.html`)),
    )
    for (const link of links) expect(readFileSync(report(link), 'utf8')).toContain('<!doctype html>')
    expect(page).toContain('bottleneck: ')
    for (const name of ['api', 'processing-2', 'analytics']) {
      const metrics = readFileSync(report(`metrics/${name}.txt`), 'utf8')
      expect(metrics).toMatch(/^orders_total\{outcome="(accepted|done)"/m)
      expect(metrics).toMatch(/^system_cpu_time_total\{/m)
    }
  })
})

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, packageRoot, run } from './helpers/child'
import { allowedCores } from './helpers/cores'
import { hasPrometheus, ifPrometheus } from './helpers/exposition'
import { freePort } from './helpers/ports'
import { PrometheusServer } from './helpers/prometheus'

const routes = ['/hash', '/pbkdf2', '/gzip', '/json', '/file', '/wait', '/block']
const demo = (seconds: string, env = {}) => run('npm', ['run', 'demo'], { DEMO_SECONDS: seconds, ...env })
const report = (file: string) => join(packageRoot, 'demo-report', file)

/** The steal time of all CPUs so far; its unit is 10 ms on every Linux. */
function stolenMs(): number {
  return 10 * Number(readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/)[8])
}

interface Span {
  name: string
  attributes: Record<string, unknown>
}
const spansOfReport = (): Span[] => JSON.parse(readFileSync(report('spans.json'), 'utf8'))

describe('npm run demo', () => {
  let prometheus: PrometheusServer | undefined
  let begin: number
  /** By the host of a virtual machine, from all of its CPUs. */
  let takenMs: number
  let ended: Ended

  beforeAll(async () => {
    const port = await freePort()
    if (hasPrometheus) prometheus = await PrometheusServer.start({ demo: port })
    begin = Date.now()
    takenMs = -stolenMs()
    ended = await demo('4', { SPANMETER_PROMETHEUS_PORT: String(port) })
    takenMs += stolenMs()
  })
  afterAll(() => prometheus?.[Symbol.asyncDispose]())

  test('ends well, with a table of every route and a report', () => {
    const { code, signal, stderr } = ended
    expect({ code, signal, failed: stderr.match(/The demo failed:.*/s)?.[0] }).toEqual({ code: 0, signal: null })

    for (const file of ['report.md', 'spans.json', 'report.html'])
      expect(statSync(report(file)).mtimeMs).toBeGreaterThan(begin)
    const markdown = readFileSync(report('report.md'), 'utf8')
    expect(ended.stdout).toContain('demo-report/report.md')
    expect(ended.stdout).toContain('demo-report/report.html')
    expect(markdown).toContain('Backend: native')
    for (const route of routes) {
      expect(ended.stdout).toMatch(new RegExp(`│ ${route} +│ +\\d+ │`))
      expect(markdown).toMatch(new RegExp(`^\\| ${route} \\| \\d+ \\|`, 'm'))
    }

    const spans = spansOfReport()
    expect(spans.length).toBeGreaterThan(50)
    for (const { attributes } of spans) {
      expect(attributes['resource.cpu.time_ms']).toEqual(expect.any(Number))
      expect(attributes['js.samples']).toEqual(expect.any(Number))
      // Left out where the timer saw nothing of a span.
      expect((attributes['js.cpu.max'] as number | undefined) ?? 0).toBeLessThanOrEqual(101 * allowedCores())
    }
    const own = (route: string) =>
      spans
        .filter(({ name }) => name.includes(route))
        .map(({ attributes }) => attributes['resource.cpu.self_ms'] as number)
    for (const ms of own('/wait')) expect(ms).toBeLessThan(20)
    const blocked = spans.filter(({ name }) => name.includes('/block'))
    for (const { attributes } of blocked) {
      // It spins by the clock on the wall: what it did not run of that, it waited for a CPU, or the host had taken it.
      const ranMs = attributes['resource.cpu.self_ms'] as number
      const waitedMs = (attributes['resource.cpu.wait_ms'] as number | undefined) ?? 0
      expect(ranMs + waitedMs + takenMs).toBeGreaterThan(100)
      expect(ranMs).toBeGreaterThan(0)
    }
    const samples = (of: 'resource' | 'js') =>
      blocked.reduce((sum, { attributes }) => sum + (attributes[`${of}.samples`] as number), 0)
    expect(samples('resource')).toBeGreaterThan(samples('js'))
    expect(blocked.length).toBeGreaterThan(0)
  })

  test.skipIf(!hasPrometheus)(`is watched by a real Prometheus server${ifPrometheus}`, async () => {
    expect(await prometheus!.askOne('max_over_time(up{job="demo"}[1m])')).toBe(1)
    const blocked = '{job="demo", span_name=~".*/block"}[1m]'
    const sum = await prometheus!.askOne(`max_over_time(spanmeter_span_cpu_self_seconds_sum${blocked})`)
    const count = await prometheus!.askOne(`max_over_time(spanmeter_span_cpu_self_seconds_count${blocked})`)
    const own = spansOfReport()
      .filter(({ name }) => name.includes('/block'))
      .map(({ attributes }) => attributes['resource.cpu.self_ms'] as number)
    expect(own.length).toBeGreaterThan(0)
    expect(sum / count).toBeGreaterThan(Math.min(...own) / 1e3 - 1e-6)
    expect(sum / count).toBeLessThan(Math.max(...own) / 1e3 + 1e-6)
  })

  test.each(['soon', '0', ''])('DEMO_SECONDS=%j is refused by name', async (seconds) => {
    const { code, stderr } = await demo(seconds)
    expect(code).toBe(1)
    expect(stderr).toMatch(/DEMO_SECONDS must be a number/)
    expect(stderr).toContain(JSON.stringify(seconds))
  })
})

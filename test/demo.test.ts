import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cores } from '../dist/backend/js/cores.js'
import { packageRoot, run } from './helpers/child'

const routes = ['/hash', '/pbkdf2', '/gzip', '/json', '/file', '/wait', '/block']
const demo = (seconds: string) => run('npm', ['run', 'demo'], { DEMO_SECONDS: seconds })
const report = (file: string) => join(packageRoot, 'demo-report', file)

describe('npm run demo', () => {
  test('ends well, with a table of every route and a report', { timeout: 60_000 }, async () => {
    const begin = Date.now()
    const { code, signal, stdout, stderr } = await demo('3')
    expect({ code, signal, failed: stderr.match(/The demo failed:.*/s)?.[0] }).toEqual({ code: 0, signal: null })

    for (const file of ['report.md', 'spans.json']) expect(statSync(report(file)).mtimeMs).toBeGreaterThan(begin)
    const markdown = readFileSync(report('report.md'), 'utf8')
    expect(stdout).toContain('demo-report/report.md')
    expect(markdown).toContain('Backend: native')
    for (const route of routes) {
      expect(stdout).toMatch(new RegExp(`│ ${route} +│ +\\d+ │`))
      expect(markdown).toMatch(new RegExp(`^\\| ${route} \\| \\d+ \\|`, 'm'))
    }

    const spans: { name: string; attributes: Record<string, unknown> }[] = JSON.parse(
      readFileSync(report('spans.json'), 'utf8'),
    )
    expect(spans.length).toBeGreaterThan(50)
    for (const { attributes } of spans) {
      expect(attributes['resource.cpu.time_ms']).toEqual(expect.any(Number))
      expect(attributes['js.samples']).toEqual(expect.any(Number))
      // Left out where the timer saw nothing of a span.
      expect((attributes['js.cpu.max'] as number | undefined) ?? 0).toBeLessThanOrEqual(101 * cores())
    }
    const own = (route: string) =>
      spans
        .filter(({ name }) => name.includes(route))
        .map(({ attributes }) => attributes['resource.cpu.self_ms'] as number)
    for (const ms of own('/wait')) expect(ms).toBeLessThan(20)
    const blocked = spans.filter(({ name }) => name.includes('/block'))
    for (const { attributes } of blocked) {
      // It spins by the clock on the wall: what it did not run of that, it waited for a CPU.
      const ranMs = attributes['resource.cpu.self_ms'] as number
      const waitedMs = (attributes['resource.cpu.wait_ms'] as number | undefined) ?? 0
      expect(ranMs + waitedMs).toBeGreaterThan(100)
      expect(ranMs).toBeGreaterThan(0)
    }
    const samples = (of: 'resource' | 'js') =>
      blocked.reduce((sum, { attributes }) => sum + (attributes[`${of}.samples`] as number), 0)
    expect(samples('resource')).toBeGreaterThan(samples('js'))
    expect(blocked.length).toBeGreaterThan(0)
  })

  test.each(['soon', '0', ''])('DEMO_SECONDS=%j is refused by name', async (seconds) => {
    const { code, stderr } = await demo(seconds)
    expect(code).toBe(1)
    expect(stderr).toMatch(/DEMO_SECONDS must be a number/)
    expect(stderr).toContain(JSON.stringify(seconds))
  })
})

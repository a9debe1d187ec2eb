import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { packageRoot, run } from './helpers/child'

// What the environment says of the sampler holds for whatever else it switches on: the most generous limits and the shortest
// period that are asked for in a process are those of all.

const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
const file = join(folder, 'alerts.yaml')
writeFileSync(file, 'rules: [{ name: cpu, metric: cpu.percent, condition: greater_than, threshold: 1e6 }]')
afterAll(() => rmSync(folder, { recursive: true }))

const parts = [
  ['alerts', { SPANMETER_ALERTS: file }, 4],
  ['an endpoint for Prometheus', { SPANMETER_PROMETHEUS_PORT: '0' }, 10],
] as const

describe.each(parts)('with %s', (_name, part, ownPeriodMs) => {
  /** With a program that is given in `-e`, behind what is loaded first. */
  async function resultOf(first: readonly string[], program: string, settings: object): Promise<unknown> {
    const args = [...first, 'spanmeter/register'].flatMap((name) => ['--require', name])
    const { code, stdout, stderr } = await run(process.execPath, [...args, '-e', program], { ...part, ...settings })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout)
  }
  const asked = (settings: object) => resultOf([join(packageRoot, 'test/fixtures/register/asked.cjs')], '', settings)

  test('both limits hold, and a period that is longer than its own', async () => {
    const settings = {
      SPANMETER_PERIOD_MS: '50',
      SPANMETER_MAX_OVERHEAD_PERCENT: '0.5',
      SPANMETER_MAX_SPAN_OVERHEAD_PERCENT: '0.25',
    }
    const expected = { periodMs: 50, maxOverheadPercent: 0.5, maxSpanOverheadPercent: 0.25 }
    expect(await asked(settings)).toEqual(expected)
  })

  test('its own period holds where that is longer', async () => {
    const expected = { periodMs: ownPeriodMs, maxOverheadPercent: 1, maxSpanOverheadPercent: 1 }
    expect(await asked({ SPANMETER_PERIOD_MS: '1' })).toEqual(expected)
  })

  test('the sampler keeps to a limit that is lower than the default', async () => {
    const program = `
      const { createMonitor } = require('spanmeter')
      const least = { periodMs: 60_000, maxOverheadPercent: 1e-6, maxSpanOverheadPercent: 1e-6 }
      const monitor = createMonitor(least).start()
      const begun = performance.now()
      const poll = setInterval(() => {
        const { periodMs, periodReason } = monitor.health()
        // Within the default it would be less by far.
        const isKept = periodReason === 'budget' && periodMs > 1000
        if (!isKept && performance.now() - begun < 20_000) return
        clearInterval(poll)
        monitor.stop()
        console.log(isKept)
      }, 20)`
    expect(await resultOf([], program, { SPANMETER_MAX_OVERHEAD_PERCENT: '0.001' })).toBe(true)
  })
})

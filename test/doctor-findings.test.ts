import { describe, expect, test } from 'vitest'
import { findings } from '../dist/cli/doctor/findings.js'
import type { Report } from '../dist/cli/doctor/report.js'
import { verdict } from '../dist/cli/doctor/verdict.js'
import { packageRoot } from './helpers/child'
import { node, reportOf, sideBySide } from './helpers/doctor'

const runs = sideBySide({ native: reportOf(packageRoot, node) })

describe('findings', () => {
  const idsOf = (facts: Report, settings = { enabled: true, warnings: [] as string[] }) =>
    findings(facts, settings).map(({ id }) => id)

  test('name what is wrong and nothing else, the worst first', async () => {
    const report = structuredClone(await runs.native)
    const limits = { cpuLimit: null, cpuQuotaMs: null, cpuPeriodMs: null, memoryLimitBytes: null }
    report.cgroup = { version: 2, ...limits, throttledPeriods: 0, throttledMs: 0 }
    report.machine.usableCpus = 4
    Object.assign(report.kernel, { clockReadingNs: 20, seccomp: 'off' })
    Object.assign(report.budget!, { periodMs: 1, periodReason: 'wanted' })
    for (const source of report.sources) Object.assign(source, { available: true, reason: null })
    for (const trial of report.rates) trial.heldPercent = 99.5
    expect(idsOf(report)).toEqual([])
    expect(verdict('native', report)).toMatch(
      /works; 1 kHz costs [\d.]+ % of one core here\. That is within the default/,
    )

    report.cgroup = {
      version: 2,
      cpuLimit: 0.5,
      cpuQuotaMs: 50,
      cpuPeriodMs: 100,
      memoryLimitBytes: null,
      throttledPeriods: 7,
      throttledMs: 900,
    }
    report.kernel.clockReadingNs = 900
    report.kernel.seccomp = 'filter'
    Object.assign(report.sources[3]!, { available: false, reason: 'nothing there' })
    Object.assign(report.rates[1]!, { heldPercent: 80, achievedHz: 800, cpuPercent: 3 })
    expect(verdict('native', report)).toContain('works; asked for 1 kHz it reaches 800 Hz here, for 3 % of one core.')
    report.openTelemetry.attach!.error = "Cannot find module '@opentelemetry/api'"
    const wrong = [
      'attach',
      'missed-ticks',
      'throttled',
      'slow-clock',
      'switched-off',
      'variable',
      'source-schedstat',
      'seccomp',
    ]
    expect(idsOf(report, { enabled: false, warnings: ['SPANMETER_WHEN must be …'] })).toEqual(wrong)
    report.cgroup.throttledPeriods = 0
    expect(idsOf(report)).toContain('cpu-quota')
  })
})

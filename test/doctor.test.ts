import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../dist/cli/doctor/report.js'
import { packageRoot } from './helpers/child'
import { ask, empty, node, reportOf, sideBySide, status } from './helpers/doctor'
import { median } from './helpers/numbers'

const hierarchies = ['cpu', 'memory'].map((name) => `/sys/fs/cgroup/${name}/spanmeter-test-${process.pid}`)
const [cpuGroup, memoryGroup] = hierarchies as [string, string]

/** A cgroup (version 1) of 0.8 CPUs in slices of 50 ms, and one of 1 GiB. */
function makeCgroups(): boolean {
  try {
    for (const folder of hierarchies) mkdirSync(folder)
    writeFileSync(`${cpuGroup}/cpu.cfs_period_us`, '50000')
    writeFileSync(`${cpuGroup}/cpu.cfs_quota_us`, '40000')
    writeFileSync(`${memoryGroup}/memory.limit_in_bytes`, String(2 ** 30))
    return true
  } catch {
    return false
  }
}

const canLimit = makeCgroups()
const enter = `echo $$ > ${cpuGroup}/cgroup.procs && echo $$ > ${memoryGroup}/cgroup.procs && exec "$0" "$@"`

const runs = sideBySide(
  {
    native: reportOf(packageRoot, node),
    limited: canLimit ? reportOf(empty, ['sh', '-c', enter, ...node]) : undefined,
  },
  () => {
    if (canLimit) for (const folder of hierarchies) rmdirSync(folder)
  },
)

function configuredTick(): number | undefined {
  const config = ask('zcat /proc/config.gz 2>/dev/null || cat "/boot/config-$(uname -r)" 2>/dev/null || true')
  const [, hertz] = /^CONFIG_HZ=(\d+)$/m.exec(config) ?? []
  return hertz === undefined ? undefined : Number(hertz)
}
const tickHz = configuredTick()
const canSeeTick =
  tickHz !== undefined && Number(ask('nproc')) > 1 && spawnSync('chrt', ['--fifo', '1', 'true']).status === 0

const number = expect.any(Number)
const text = expect.any(String)

describe('--json', () => {
  let report: Report
  beforeAll(async () => {
    report = await runs.native
  })

  test('has every field that is documented', () => {
    const orNull = expect.toSatisfy((value) => value === null || ['number', 'string', 'boolean'].includes(typeof value))
    const missed = {
      throttled: number,
      stopped: number,
      suspended: number,
      starved: number,
      imprecise: number,
      unknown: number,
    }
    const each = (items: readonly object[], shape: object) => items.map(() => shape)
    const found = { name: text, version: text, path: text }
    const shape = {
      format: 1,
      works: 'native',
      verdict: text,
      findings: each(report.findings, { id: text, level: text, text, advice: orNull }),
      versions: { spanmeter: text, node: text, v8: text, uv: text, nodeApi: text },
      machine: {
        ...{ platform: text, arch: text, kernel: text, libc: orNull, cpuModel: orNull, cpus: number },
        ...{ usableCpus: number, memoryBytes: number, virtual: orNull, container: orNull },
      },
      cgroup: report.cgroup && {
        ...{ version: number, cpuLimit: orNull, cpuQuotaMs: orNull, cpuPeriodMs: orNull, memoryLimitBytes: orNull },
        ...{ throttledPeriods: orNull, throttledMs: orNull },
      },
      kernel: {
        ...{ tickHz: orNull, staleMs: orNull, clockSource: orNull, clockResolutionNs: number, clockReadingNs: number },
        ...{ seccomp: orNull, timerSlackNs: orNull, samplerTimerSlackNs: number, samplerSliceNs: orNull },
      },
      sampler: { backend: 'native', reason: null, binary: text, nodeApi: number },
      sources: each(report.sources, {
        name: text,
        available: expect.any(Boolean),
        reason: orNull,
        costUs: orNull,
        resolution: orNull,
      }),
      rates: each(report.rates, {
        ...{ periodMs: number, durationMs: number, samples: number, missedTicks: missed, achievedHz: number },
        ...{ heldPercent: number, latenessMs: { p50: number, p99: number, max: number }, cpuPercent: number },
      }),
      budget: {
        ...{ maxOverheadPercent: 1, wantedPeriodMs: 1, periodMs: number, periodReason: text, cpuPercent: number },
      },
      openTelemetry: {
        ...{ packages: each(report.openTelemetry.packages, found), apiCopies: [found] },
        attach: { sdk: text, provider: text, by: orNull, writesIn: orNull, attributes: number, error: orNull },
      },
      promClient: text,
    }
    expect(report).toEqual(shape)
    const documentation = readFileSync(join(packageRoot, 'dist/cli/doctor/report.d.ts'), 'utf8')
    for (const name of namesIn({ ...report, rates: report.rates.map((trial) => ({ ...trial, missedTicks: null })) })) {
      expect(documentation, name).toMatch(new RegExp(`\\b${name}: `))
    }
  })

  test('has the versions that run', () => {
    const { node, v8, uv, napi } = process.versions as Record<string, string>
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
    expect(report.versions).toEqual({ spanmeter: version, node, v8, uv, nodeApi: napi })
  })

  test('describes the machine as other programs do', () => {
    const { machine } = report
    expect(machine).toMatchObject({ platform: 'linux', arch: process.arch, kernel: ask('uname -r') })
    expect(machine.libc).toBe(ask('getconf GNU_LIBC_VERSION'))
    expect(machine.cpus).toBe(Number(ask('getconf _NPROCESSORS_ONLN')))
    expect(machine.usableCpus).toBe(Number(ask('env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc')))
    expect(machine.memoryBytes).toBe(1024 * Number(ask("sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo")))
  })

  test('describes the kernel as its files do', () => {
    const { kernel } = report
    expect(kernel.tickHz).toBe(tickHz ?? null)
    // What is seen from outside is a tick, or less where others interrupt it.
    if (kernel.tickHz && kernel.staleMs) expect(kernel.staleMs).toBeLessThan(1.5 * (1000 / kernel.tickHz))
    const clocks = '/sys/devices/system/clocksource/clocksource0/current_clocksource'
    expect(kernel.clockSource).toBe(ask(`cat ${clocks} 2>/dev/null || true`) || null)
    expect(kernel.seccomp).toBe(['off', 'strict', 'filter'][Number(status('Seccomp'))])
    expect(kernel.timerSlackNs).toBe(Number(ask('cat /proc/self/timerslack_ns')))
    expect(kernel.samplerTimerSlackNs).toBe(1)
  })

  test('says which binary was loaded and what it needs', () => {
    const [, nodeApi] = /NAPI_VERSION=(\d+)/.exec(readFileSync(join(packageRoot, 'binding.gyp'), 'utf8'))!
    expect(report.sampler.binary).toBe('build/Release/spanmeter.node')
    expect(report.sampler.nodeApi).toBe(Number(nodeApi))
  })

  test('lists each source, what it costs and its smallest step', () => {
    const { sources } = report
    expect(sources.map(({ name }) => name)).toEqual([
      'threads',
      'memory',
      'faults',
      'schedstat',
      'io',
      'network',
      'cgroup',
    ])
    for (const { name, available, reason, costUs, resolution } of sources) {
      expect(available, name).toBe(reason === null)
      expect([costUs === null, resolution === null], name).toEqual([!available, !available])
      if (available) expect(costUs).toBeGreaterThan(0)
    }
    expect(sources.find(({ name }) => name === 'memory')!.resolution).toBe(`${ask('getconf PAGESIZE')} B`)
  })

  test('the counts of each rate add up', () => {
    expect(report.rates.map(({ periodMs }) => periodMs)).toEqual([10, 1, 0.25, 0.1])
    for (const { periodMs, durationMs, samples, missedTicks, achievedHz, heldPercent, latenessMs } of report.rates) {
      // Each tick that was due was taken or missed; those at the edges may be on either side.
      const due = durationMs / periodMs
      const missed = Object.values(missedTicks).reduce((sum, ticks) => sum + ticks, 0)
      const edges = 2 + latenessMs.max / periodMs
      expect(Math.abs(samples + missed - due), `${periodMs} ms`).toBeLessThanOrEqual(edges + due / 100)
      expect(achievedHz).toBeCloseTo((1000 * samples) / durationMs, 6)
      expect(heldPercent).toBeCloseTo((100 * samples) / (samples + missed), 6)
      expect(latenessMs.p50).toBeLessThanOrEqual(latenessMs.p99)
      expect(latenessMs.p99).toBeLessThanOrEqual(latenessMs.max)
    }
    for (const { cpuPercent } of report.rates) expect(cpuPercent).toBeGreaterThan(0)
    // Ten times as many samples cost more.
    expect(report.rates[3]!.cpuPercent).toBeGreaterThan(report.rates[0]!.cpuPercent)
  })

  test('says what the budget does, and why', () => {
    const { periodMs, periodReason } = report.budget!
    expect(periodReason).toBe(periodMs > 1 ? 'budget' : 'wanted')
    expect(report.findings.some(({ id }) => id === 'budget')).toBe(periodMs > 1)
  })

  test('lists the packages that a program here would load, and attaches to them', () => {
    const { packages, apiCopies, attach } = report.openTelemetry
    expect(packages.map(({ name }) => name)).toContain('@opentelemetry/sdk-trace-node')
    for (const { version, path } of packages) {
      expect(version).toBe(JSON.parse(readFileSync(join(packageRoot, path, 'package.json'), 'utf8')).version)
    }
    expect(apiCopies).toHaveLength(1)
    expect(attach).toMatchObject({ provider: 'NodeTracerProvider', by: 'list', writesIn: 'onEnding', error: null })
    expect(attach!.attributes).toBeGreaterThan(5)
  })

  test.skipIf(!canLimit)('shows the limits of the cgroup (needs writable cgroups of version 1)', async () => {
    const { cgroup, findings } = (await runs.limited)!
    expect(cgroup).toMatchObject({
      version: 1,
      cpuLimit: 0.8,
      cpuQuotaMs: 40,
      cpuPeriodMs: 50,
      memoryLimitBytes: 2 ** 30,
    })
    const throttled = cgroup!.throttledPeriods! > 0
    expect(findings.map(({ id }) => id)).toContain(throttled ? 'throttled' : 'cpu-quota')
  })
})

test.skipIf(!canSeeTick)(
  'the CPU clock of the process is stale by a tick (needs CONFIG_HZ, two CPUs, and chrt against others)',
  () => {
    const step = "require('./build/Release/spanmeter.node').clockStep(200)"
    const command = ['--fifo', '1', process.execPath, '-p', step]
    // A virtual machine may be interrupted from outside.
    const seen = Array.from({ length: 3 }, () => Number(execFileSync('chrt', command, { cwd: packageRoot })))
    const steps = seen.filter((ms) => !Number.isNaN(ms))
    expect(steps.length).toBeGreaterThan(0)
    expect(Math.abs(median(steps) - 1000 / tickHz!)).toBeLessThan(100 / tickHz!)
  },
)

function namesIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set()
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...namesIn(item)]))
  return new Set(Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)]))
}

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from '../dist/cli/doctor/findings.js'
import type { Report } from '../dist/cli/doctor/report.js'
import { verdict } from '../dist/cli/doctor/verdict.js'
import { type Ended, packageRoot, run } from './helpers/child'

// `spanmeter doctor`, against what other programs say of the same machine. Nothing here is timed, so that all runs go on
// side by side.

const program = join(packageRoot, 'dist/cli/index.js')
const secret = 'correct-horse-battery-staple'
const node = [process.execPath]
const noAddons = [...node, '--no-addons']
const preload = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`]

/** Runs it in a folder, with a secret in the environment and on the command line of Node.js. */
function doctor(folder: string, command: readonly string[], ...args: string[]): Promise<Ended> {
  const all = [...command, `--title=${secret}`, program, 'doctor', ...args]
  return run('env', ['-C', folder, ...all], { SECRET: secret, NO_COLOR: undefined })
}

/** The command that was asked for, and its JSON. */
async function report(folder: string, command: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await doctor(folder, command, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toContain(secret)
  return JSON.parse(stdout)
}

const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))

function put(file: string, content: string): void {
  const path = join(scratch, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

function putPackage(folder: string, name: string, version: string, code = ''): void {
  put(`${folder}/node_modules/${name}/package.json`, JSON.stringify({ name, version, exports: './index.js' }))
  put(`${folder}/node_modules/${name}/index.js`, code)
}

/** What an SDK of before 2.0 has of all this: a public way to add processors, and no onEnding. */
const oldSdk = `
  exports.BasicTracerProvider = class {
    processors = []
    addSpanProcessor(processor) { this.processors.push(processor) }
    getTracer() {
      return { startSpan: () => {
        const span = { attributes: {}, startTime: [Math.floor(Date.now() / 1000), (Date.now() % 1000) * 1e6], duration: [0, 0],
          spanContext: () => ({ traceId: '1', spanId: '2', traceFlags: 1 }),
          end: () => { for (const processor of this.processors) processor.onEnd(span) } }
        for (const processor of this.processors) processor.onStart(span)
        return span
      } }
    }
  }`
const api = '@opentelemetry/api'
const sdkBase = '@opentelemetry/sdk-trace-base'
const sdkNode = '@opentelemetry/sdk-node'
putPackage('old', api, '1.4.1')
putPackage('old', sdkBase, '1.15.2', oldSdk)
putPackage(`old/node_modules/${sdkBase}`, api, '1.8.0')
putPackage('old', 'prom-client', '15.1.3')
putPackage('broken', sdkNode, '0.1.0')
putPackage(`broken/node_modules/${sdkNode}`, sdkBase, '9.9.9', `throw new Error('broken in ${scratch}/broken')`)
put('empty/package.json', '{}')
const [old, broken, empty] = ['old', 'broken', 'empty'].map((name) => join(scratch, name)) as [string, string, string]

const status = (name: string) =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))![1]!
const firstCpu = /^\d+/.exec(status('Cpus_allowed_list'))![0]
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
const canType = spawnSync('script', ['--version']).status === 0
const onTerminal = (...variables: string[]) =>
  run('script', [
    '-qefc',
    ['env', '-u', 'CI', 'TERM=xterm', ...variables, ...noAddons, program, 'doctor'].join(' '),
    '/dev/null',
  ])

const runs = {
  native: report(packageRoot, node),
  text: doctor(empty, ['taskset', '-c', firstCpu, ...node]),
  js: report(old, noAddons),
  jsText: doctor(empty, [...node, ...preload('Object.defineProperty(process, "platform", { value: "darwin" })')]),
  broken: report(broken, noAddons),
  limited: canLimit ? report(empty, ['sh', '-c', enter, ...node]) : undefined,
  terminal: canType ? onTerminal() : undefined,
  plainTerminal: canType ? onTerminal('NO_COLOR=1') : undefined,
  impossible: doctor(empty, [
    ...noAddons,
    ...preload('globalThis.Float64Array = class { constructor() { throw new RangeError("no memory") } }'),
  ]),
}

// Whoever awaits it gets the error; until then it is nobody's.
for (const going of Object.values(runs)) Promise.resolve(going).catch(() => {})

afterAll(async () => {
  await Promise.allSettled(Object.values(runs))
  rmSync(scratch, { recursive: true })
  if (canLimit) for (const folder of hierarchies) rmdirSync(folder)
}, 60_000)

const ask = (command: string) => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()

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
  }, 60_000)

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
    for (const ms of steps) expect(Math.abs(ms - 1000 / tickHz!)).toBeLessThan(100 / tickHz!)
  },
)

function namesIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set()
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...namesIn(item)]))
  return new Set(Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)]))
}

describe('the text', () => {
  const headings = ['Findings', 'Versions', 'Machine', 'Kernel', 'Sampler', 'Sources', 'Rates', 'OpenTelemetry']

  test('shows all of it in 80 columns without colours, where it is piped', async () => {
    const { code, stdout, stderr } = await runs.text
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [sentence] = stdout.split('.\n')
    expect(sentence!.replaceAll('\n', ' ')).toMatch(
      /^The native sampler works; (1 kHz costs|asked for 1 kHz it reaches [\d.]+ k?Hz here, for) [\d.]+ % of one core/,
    )
    for (const heading of headings) expect(stdout).toMatch(new RegExp(`^${heading}`, 'm'))
    for (const fact of [process.versions.node, process.versions.v8, ask('uname -r'), ask('getconf GNU_LIBC_VERSION')]) {
      expect(stdout).toContain(fact)
    }
    for (const name of ['threads', 'memory', 'faults', 'schedstat', 'io', 'network', 'cgroup', '10 ms', '0.1 ms']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
    }
    expectPlain(stdout)
  })

  test('knows the CPUs that may be used, and what is found where there is one and no OpenTelemetry', async () => {
    const { stdout } = await runs.text
    expect(stdout).toMatch(/CPUs +\d+, of which 1 can be used/)
    expect(stdout).toMatch(/note: The sampler shares the one usable CPU/)
    expect(stdout).toMatch(/note: No OpenTelemetry package is found/)
  })

  test('is private', async () => {
    const { stdout } = await runs.text
    for (const unwanted of [secret, 'SECRET', scratch, packageRoot, `${homedir()}/`])
      expect(stdout).not.toContain(unwanted)
  })

  test.skipIf(!canType)('has colours and shows its progress on a terminal only (needs script)', async () => {
    const { stdout } = (await runs.terminal)!
    expect(stdout).toContain('\x1b[1mVersions\x1b[0m')
    expect(stdout).toContain('\r\x1b[Ksampling each 1 ms …')
    expect((await runs.plainTerminal)!.stdout).not.toContain('\x1b[1m')
  })
})

function expectPlain(text: string): void {
  expect(text).not.toContain('\x1b')
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
}

describe('without the native sampler', () => {
  test('says why, and what the other one can do', async () => {
    const report = await runs.js
    expect(report).toMatchObject({ works: 'js', cgroup: null, budget: null })
    expect(report.sampler).toMatchObject({ backend: 'js', binary: null, nodeApi: null })
    expect(report.sampler.reason).toMatch(/loading addons is disabled/)
    expect(report.sampler.reason).not.toContain(packageRoot)
    expect(report.findings.find(({ id }) => id === 'js-sampler')!.advice).toMatch(/--no-addons/)
    expect(report.rates.map(({ periodMs }) => periodMs)).toEqual([10, 1])
    const memory = report.sources.find(({ name }) => name === 'memory')!
    expect(memory).toMatchObject({ available: true, reason: null })
    expect(memory.costUs).toBeGreaterThan(0)
    for (const { available, reason } of report.sources) expect(available).toBe(reason === null)
  })

  test('works where there is no Linux', async () => {
    const { code, stdout, stderr } = await runs.jsText
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^The JavaScript sampler works/)
    expect(stdout).toMatch(/there is none for darwin/)
    expectPlain(stdout)
  })

  test('ends with 2 where no sampler works at all', async () => {
    const { code, stdout } = await runs.impossible
    expect(code).toBe(2)
    expect(stdout).toMatch(/^No sampler works: .*no memory/)
  })
})

describe('an application', () => {
  test('with an old SDK and two copies of the API', async () => {
    const { openTelemetry, promClient, findings } = await runs.js
    const folder = 'node_modules/@opentelemetry'
    const copy = (version: string, path: string) => ({ name: api, version, path })
    const copies = [copy('1.4.1', `${folder}/api`), copy('1.8.0', `${folder}/sdk-trace-base/${folder}/api`)]
    expect(openTelemetry).toEqual({
      packages: [copies[0], { name: sdkBase, version: '1.15.2', path: `${folder}/sdk-trace-base` }],
      apiCopies: copies,
      attach: {
        ...{ sdk: `${sdkBase} 1.15.2`, provider: 'BasicTracerProvider', by: 'addSpanProcessor', writesIn: 'onEnd' },
        ...{ attributes: number, error: null },
      },
    })
    expect(openTelemetry.attach!.attributes).toBeGreaterThan(3)
    expect(promClient).toBe('15.1.3')
    expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['api-copies', 'on-end']))
  })

  test('whose SDK comes with another package, and cannot be loaded', async () => {
    const { openTelemetry, findings } = await runs.broken
    expect(openTelemetry.packages.map(({ name }) => name)).toEqual([sdkNode, sdkBase])
    expect(openTelemetry.attach).toMatchObject({ sdk: `${sdkBase} 9.9.9`, by: null, error: 'broken in .' })
    expect(findings[0]).toMatchObject({ id: 'attach', level: 'problem' })
  })
})

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

describe('what cannot be understood', () => {
  const wrong = [
    { args: [], says: /^Usage: spanmeter/ },
    { args: ['doctr'], says: /unknown command 'doctr'\n\(Did you mean doctor\?\)/ },
    { args: ['--jsn'], says: /unknown option '--jsn'/ },
    { args: ['doctor', '--jsn'], says: /unknown option '--jsn'\n\(Did you mean --json\?\)/ },
    { args: ['doctor', 'more'], says: /too many arguments for 'doctor'/ },
  ]
  test.each(wrong)('$args ends with 1 and says why on stderr', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(process.execPath, [program, ...args])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(says)
  })

  test('help names every command, every option and what the exit codes mean', async () => {
    const help = await run(process.execPath, [program, '--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^ {2}doctor /m)
    const { code, stdout } = await run(process.execPath, [program, 'doctor', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/--json [\s\S]*Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /)
    expectPlain(stdout)
  })
})

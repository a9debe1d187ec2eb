import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MonitorHealth, ResourceStats } from 'spanmeter'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFixture, type FixtureOptions, run, runFixture } from './helpers/child'
import { expectBetween, expectFinite, expectWithin } from './helpers/expect'

interface Failure {
  error: { name: string; code?: string; message: string }
}

/** What work used, what its thread used from before it to after it, and what all others did. */
interface Truth {
  usedMs: number
  ownMs: number
  othersMs: number
}

interface Outcome {
  measured: Truth & { backend: string; stats: ResourceStats; health: MonitorHealth }
  span: Truth & { attributes: Record<string, unknown> }
  /** After what was missing has come back. */
  repaired: { backend: string }
  /** What was logged to the OpenTelemetry diagnostics. */
  warnings: string[]
}

let folder: string
let shim: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  shim = join(folder, 'shim.so')
  const source = join(__dirname, 'fixtures/shim.c')
  const compiled = await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', shim, source, '-ldl'])
  expect(compiled).toMatchObject({ code: 0, stderr: '' })
})

afterAll(() => rmSync(folder, { recursive: true }))

const ask = <T = Outcome>(options: FixtureOptions) => askFixture<T>('fallback.cjs', options)

/** The environment in which the shim makes something fail. */
const without = (what: 'TEST_NO_THREADS' | 'TEST_NO_PROC') => ({ LD_PRELOAD: shim, [what]: join(folder, what) })

function expectCpuTime(value: unknown, { usedMs, ownMs, othersMs }: Truth): void {
  expectBetween(10, value as number, usedMs, ownMs + othersMs)
}

function expectWorkingJs({ measured, span, warnings }: Outcome): void {
  expect(measured.backend).toBe('js')
  expectCpuTime(measured.stats.cpu!.timeMs, measured)
  expectFinite(measured.stats)
  expectCpuTime(span.attributes['resource.cpu.time_ms'], span)
  expect(warnings).toEqual([])
}

test('where all is well the native sampler runs and gives no reason', async () => {
  const { measured, warnings } = await ask({})
  expect(measured.backend).toBe('native')
  expect(measured.health).not.toHaveProperty('backendReason')
  expect(warnings).toEqual([])
})

describe('--no-addons', () => {
  const nodeArgs = ['--no-addons']

  test('the JavaScript sampler stands in and says why', async () => {
    const outcome = await ask({ nodeArgs })
    expectWorkingJs(outcome)
    expect(outcome.measured.health.backend).toBe('js')
    expect(outcome.measured.health.backendReason).toMatch(/native sampler cannot be loaded.*\w{5}/)
  })

  test("backend: 'native' is NATIVE_UNAVAILABLE", async () => {
    const { measured, repaired } = await ask<Record<'measured' | 'repaired', Failure>>({ nodeArgs, args: ['native'] })
    expect(measured.error).toMatchObject({ name: 'SpanmeterError', code: 'NATIVE_UNAVAILABLE' })
    expect(measured.error.message).toMatch(/native sampler cannot be loaded.*\w{5}/)
    expect(repaired.error).toEqual(measured.error)
  })

  test("backend: 'js' needs no reason", async () => {
    const { measured } = await ask({ nodeArgs, args: ['js'] })
    expect(measured.health).not.toHaveProperty('backendReason')
  })
})

describe('no thread to be had', () => {
  test('the JavaScript sampler stands in, says why, and a later monitor is native again', async () => {
    const outcome = await ask({ env: without('TEST_NO_THREADS') })
    expectWorkingJs(outcome)
    expect(outcome.measured.health.backendReason).toMatch(/cannot start.*Resource temporarily unavailable/)
    expect(outcome.repaired.backend).toBe('native')
  })

  test("backend: 'native' is NATIVE_UNAVAILABLE for as long as it lasts", async () => {
    const env = without('TEST_NO_THREADS')
    const { measured, repaired } = await ask<Outcome & { measured: Failure }>({ env, args: ['native'] })
    expect(measured.error).toMatchObject({ name: 'SpanmeterError', code: 'NATIVE_UNAVAILABLE' })
    expect(measured.error.message).toMatch(/cannot start.*Resource temporarily unavailable/)
    expect(repaired.backend).toBe('native')
  })
})

describe('/proc/self that cannot be opened', () => {
  test('the native sampler goes on with what is left and says what is missing', async () => {
    const { measured, span, warnings } = await ask({ env: without('TEST_NO_PROC') })
    expect(measured.backend).toBe('native')
    expectCpuTime(measured.stats.cpu!.timeMs, measured)
    expectWithin(10, measured.stats.thread!.timeMs, measured.usedMs)
    expect(measured.stats).not.toHaveProperty('memory')
    expect(measured.stats.thread).not.toHaveProperty('waitMs')
    expect(measured.stats.faults!.minor).toBeGreaterThanOrEqual(0)
    expectFinite(measured.stats)

    const { sources } = measured.health
    expect(sources.threads).toEqual({ available: false, reason: '/proc/self/task: Permission denied' })
    expect(sources.memory).toEqual({ available: false, reason: '/proc/self/statm: Permission denied' })
    expect(sources.schedstat!.available).toBe(false)
    expect(sources.schedstat!.reason).toMatch(/schedstat: Permission denied/)
    expect(sources.faults).toEqual({ available: true })

    expectCpuTime(span.attributes['resource.cpu.time_ms'], span)
    for (const name of Object.keys(span.attributes)) expect(name).not.toMatch(/memory|wait/)
    expect(warnings).toEqual([])
  })

  test('the JavaScript sampler does the same', async () => {
    const { measured, warnings } = await ask({ env: without('TEST_NO_PROC'), args: ['js'] })
    expect(measured.backend).toBe('js')
    expectCpuTime(measured.stats.cpu!.timeMs, measured)
    expect(measured.stats).not.toHaveProperty('memory')
    expect(measured.health.sources.memory).toMatchObject({ available: false, reason: expect.stringMatching(/EACCES/) })
    expectFinite(measured.stats)
    expect(warnings).toEqual([])
  })
})

test('a CPU time that the kernel refuses throws nothing into the application', async () => {
  // From the second on, as where a filter of system calls is put in place.
  const program = `
    const { cpuUsage } = process
    let calls = 0
    process.cpuUsage = (...args) => {
      if (calls++ > 20) throw new Error('EPERM: operation not permitted, getrusage')
      return cpuUsage.apply(process, args)
    }
    const monitor = require('spanmeter').createMonitor({ backend: 'js', whenIdle: 'sample', periodMs: 5 }).start()
    const { samples } = monitor.health()
    const wait = setInterval(() => {
      if (monitor.health().samples < samples + 30) return
      console.log('went on')
      process.exit()
    }, 10)`
  expect(await runFixture('', { nodeArgs: ['-e', program] })).toMatchObject({
    code: 0,
    stdout: 'went on\n',
    stderr: '',
  })
})

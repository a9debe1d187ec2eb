import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { inOneOfThree } from './helpers/burned'
import { run } from './helpers/child'
import { beyondBurned, expectHarmless, type HostileProgram, patienceMs, runHostile } from './helpers/hostile'
import { hostilePrograms } from './helpers/hostile-programs'

// Applications that do to their process, to Node.js and to OpenTelemetry what they should not. Each runs without us and
// with us: it is as it was, and what its spans cost is right, or absent.

vi.setConfig({ maxConcurrency: 3, testTimeout: 3 * patienceMs })

/** Where `npm run hostile` wants to know what was tried; it tries more. */
const results = process.env.HOSTILE_RESULTS
const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
const addon = join(scratch, 'host.node')
const nameCount = results === undefined ? 10_000 : 1_000_000
const groups = hostilePrograms(scratch, addon, nameCount)
const tried = { programs: 0, runs: 0 }

beforeAll(async () => {
  mkdirSync(join(scratch, 'elsewhere'))
  const source = join(__dirname, 'fixtures/hostile/host.c')
  const compiled = await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', addon, source])
  expect(compiled).toMatchObject({ code: 0, stderr: '' })
})

afterAll(() => {
  rmSync(scratch, { recursive: true })
  if (results === undefined) return
  mkdirSync(join(results, '..'), { recursive: true })
  const found = Object.values(groups).flatMap((group) => group.flatMap((program) => program.found ?? []))
  const notes = [...new Set(found)].map((what) => `Found and mended: ${what}.`)
  const figures = {
    'hostile programs': tried.programs,
    'runs of them with spanmeter': tried.runs,
    'names of spans in one process': nameCount,
    'faults found by them, and mended': notes.length,
  }
  const { model } = cpus()[0]!
  const about = { command: 'npm run hostile', date: new Date().toISOString().slice(0, 10) }
  const machine = `${cpus().length} × ${model.trim()}, Node.js ${process.version}`
  const text = JSON.stringify({ ...about, machine, figures, notes }, undefined, 2)
  writeFileSync(results, `${text}\n`)
})

async function tryProgram(program: HostileProgram): Promise<void> {
  const { expected } = program
  const bare = expected ? { ...expected, stderr: '' } : await runHostile(program, 'without us')
  tried.programs++
  for (const way of ['by register', 'by hand'] as const) {
    if (way === 'by hand' && program.byHand === false) continue
    await inOneOfThree(async () => {
      tried.runs++
      const result = await runHostile(program, way)
      expectHarmless(program, way, bare, result)
      program.check?.(result.reports)
      return beyondBurned(result)
    })
  }
}

describe.concurrent.each(Object.entries(groups))('%s', (_group, programs) => {
  for (const program of programs) {
    const { name, skipped } = program
    const why = skipped === undefined ? '' : ` (skipped: ${skipped})`
    test.skipIf(skipped !== undefined)(`${name}${why}`, () => tryProgram(program))
  }
})

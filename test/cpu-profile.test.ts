import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReportData, ReportProcess } from '../dist/report/data.js'
import { type OwnFunction, ownFunctions } from '../dist/report/own-functions.js'
import { readRecording } from '../dist/report/read-recording.js'
import { PageReader, whyNoBrowser } from './helpers/browser'
import { run } from './helpers/child'
import { expectWithin } from './helpers/expect'
import { readBySpeedscope, readCpuProfileByDevTools } from './helpers/foreign-readers'
import { nodeVersions } from './helpers/nodes'
import { sum } from './helpers/numbers'
import { Recordings } from './helpers/recorded'
import { Running } from './helpers/running'

// Which functions ran in a span. The truth: span 'a' burns in burnA, and 'b', which overlaps it, in burnB.

const fixture = join(__dirname, 'fixtures/record/profiled.cjs')

function functionsOf(process: ReportProcess, name: string): OwnFunction[] {
  const { names, name: nameOf } = process.spans
  return ownFunctions(
    process,
    [...nameOf.keys()].filter((span) => names[nameOf[span]!] === name),
  )!
}

function ownMs({ spans }: ReportProcess, name: string): number {
  return sum([...spans.selfMs].filter((_, span) => spans.names[spans.name[span]!] === name))
}

/** Each of the two ran its own function, and next to nothing else. */
function expectTruth(process: ReportProcess): void {
  const burners = { a: 'burnA', b: 'burnB' }
  for (const [name, burner] of Object.entries(burners)) {
    const functions = functionsOf(process, name)
    const own = ownMs(process, name)
    const timeIn = (burner: string) => functions.find((entry) => entry.name === burner)?.selfMs ?? 0
    expect(timeIn(burner), name).toBeGreaterThan(0.9 * own)
    // One sample may fall on a turn.
    const other = Object.values(burners).find((other) => other !== burner)!
    expect(timeIn(other), name).toBeLessThan(0.02 * own)
    expect(functions.find((entry) => entry.name === burner)!.location).toMatch(/fixtures\/record\/profiled\.cjs:\d+$/)
    expectWithin(0.001, sum(functions.map(({ selfMs }) => selfMs)), own)
  }
}

function filesOf(recording: string): string[] {
  const names = readdirSync(recording, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.cpuprofile')).map((name) => join(recording, name))
}

describe.each(nodeVersions)('run --cpu-prof on $name', ({ path }) => {
  test.skipIf(path === undefined)('knows what each span ran, on the main thread and in a worker', async () => {
    using running = new Running()
    const { code, stdout } = await running.run([path!, fixture, 'worker'], { options: ['--cpu-prof'] })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'round\n' })
    const { processes } = await readRecording(running.recording)
    expect(processes.map(({ name }) => name)).toEqual(['profiled.cjs', 'worker 1'])
    for (const process of processes) {
      expectTruth(process)
      expect(process.profile).toMatchObject({ periodMs: 1, removed: 0 })
      expect(process.profile!.lost).toBeLessThan(0.01 * process.profile!.samples)
    }
  })
})

describe('the profile of a program', () => {
  const running = new Running()
  const reader = new PageReader()
  const page = join(running.scratch, 'report.html')
  let data: ReportData

  beforeAll(async () => {
    const { code, stderr } = await running.run([process.execPath, fixture], {
      options: ['--cpu-prof', '--report', page],
    })
    expect(code, stderr).toBe(0)
    data = await readRecording(running.recording)
  })
  afterAll(async () => {
    await reader.close()
    running[Symbol.dispose]()
  })

  test('is files that speedscope and DevTools read, with all that ran', async () => {
    const files = filesOf(running.recording)
    expect(files.length).toBeGreaterThan(0)
    const burnt = { burnA: 0, burnB: 0 }
    const byDevTools = { burnA: 0, burnB: 0 }
    // Where the thread of V8 that looks had no CPU for so long, speedscope gives all of it to what was seen last.
    const mostUs = 20_000
    let unseenUs = 0
    for (const file of files) {
      const text = readFileSync(file, 'utf8')
      for (const frames of Object.values(await readBySpeedscope('cpu.cpuprofile', text))) {
        for (const { name, startUs, endUs } of frames) if (name in burnt) burnt[name as 'burnA'] += endUs - startUs
      }
      unseenUs += sum((JSON.parse(text).timeDeltas as number[]).filter((us) => us > mostUs))
      const selfMs = await readCpuProfileByDevTools(text)
      for (const name of ['burnA', 'burnB'] as const) byDevTools[name] += selfMs[name] ?? 0
    }
    // In the time of the clock, which is more than that of the CPU.
    for (const [name, burner] of [
      ['a', 'burnA'],
      ['b', 'burnB'],
    ] as const) {
      expect((burnt[burner] + unseenUs) / 1000).toBeGreaterThan(0.8 * ownMs(data.processes[0]!, name))
      expect(byDevTools[burner]).toBeGreaterThan(0.8 * ownMs(data.processes[0]!, name))
    }
  })

  test.skipIf(whyNoBrowser !== '')(`is shown for a name and for a span${whyNoBrowser}`, async () => {
    const { page: open, complaints } = await reader.open(readFileSync(page, 'utf8'))
    const table = () => open.locator('.functions tbody tr').allInnerTexts()
    await open.getByRole('button', { name: 'a', exact: true }).click()
    await expect
      .poll(table)
      .toContainEqual(expect.stringMatching(/^burnA\s+\S*profiled\.cjs:\d+\s+[\d\s]+\s[\d.]+ m?s$/))
    expect((await table()).join()).not.toContain('burnB')
    await open.keyboard.press('j')
    await expect.poll(() => open.getByRole('complementary').innerText()).toContain('of this span')
    expect((await table())[0]).toContain('burnA')
    const facts = (await open.locator('.facts').allInnerTexts()).join(' ').replace(/\s+/g, ' ')
    expect(facts).toMatch(/CPU profile each 1 ms · [\d ]+ samples · writing it took the thread [\d.]+ m?s/)
    expect(complaints).toEqual([])
    await open.context().close()
  })

  test('is nobody else’s to read', () => {
    for (const file of filesOf(running.recording)) expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})

test('HTTP requests have their functions, where nothing traces', async () => {
  using running = new Running()
  const program = join(__dirname, 'fixtures/record/profiled-server.cjs')
  const { code, stderr } = await running.run([process.execPath, program], { options: ['--cpu-prof'] })
  expect(code, stderr).toBe(0)
  for (const [name, burner] of [
    ['GET /a', 'burnA'],
    ['GET /b', 'burnB'],
  ] as const) {
    const { functions, selfMs } = running.summary.rows.find((row) => row.name === name)!
    expect(functions![0]).toMatchObject({ name: burner })
    expect(functions![0]!.selfMs).toBeGreaterThan(0.9 * selfMs!)
  }
})

test('the oldest files are removed where they are too large, which is said', async () => {
  using recordings = new Recordings()
  const script = `
    const { startRecording } = require('spanmeter/record')
    const { ProfileLog } = require('./dist/record/profile-log.js')
    const recording = startRecording({ directory: process.argv[1] })
    const log = new ProfileLog(recording.threadFolder, 1)
    for (let i = 1; i <= 3; i++) log.drain(i * 1e9)
    log.stop()
    recording.stop()`
  const { code, stderr } = await run(process.execPath, ['-e', script, recordings.directory])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [recording] = recordings.folders
  expect(filesOf(recording!)).toEqual([expect.stringMatching(/cpu-000004\.cpuprofile$/)])
  expect((await recordings.read()).processes[0]!.profile).toMatchObject({ removed: 3 })
})

test('a second recording of the thread goes on without a profile, and says so', async () => {
  using recordings = new Recordings()
  const script = `
    const { startRecording } = require('spanmeter/record')
    const both = [1, 2].map(() => startRecording({ directory: process.argv[1], cpuProfile: true }))
    setTimeout(() => both.forEach((recording) => recording.stop()), 300)`
  const { code, stderr } = await run(process.execPath, ['-e', script, recordings.directory])
  expect(code).toBe(0)
  expect(stderr).toContain('there is no CPU profile from here on: one is being taken of this thread already')
  expect(recordings.folders.map((folder) => filesOf(folder).length)).toEqual([1, 0])
  for (const folder of recordings.folders) expect((await readRecording(folder)).program.end).not.toBeNull()
})

test('what cannot be written ends the profile, but not the recording', async () => {
  using recordings = new Recordings()
  const script = `
    const { rmSync } = require('node:fs')
    const { startRecording } = require('spanmeter/record')
    const options = { directory: process.argv[1], cpuProfile: true }
    const recording = startRecording(options)
    rmSync(recording.folder, { recursive: true })
    const living = setInterval(() => {}, 1000)
    process.once('warning', () => {
      clearInterval(living)
      recording.stop()
      const next = startRecording(options)
      setTimeout(() => next.stop(), 100)
    })`
  const { code, stderr } = await run(process.execPath, ['-e', script, recordings.directory])
  expect(code).toBe(0)
  expect(stderr.match(/spanmeter: .*/g)).toEqual([
    expect.stringContaining('spanmeter: there is no CPU profile from here on: ENOENT'),
  ])
  expect(recordings.folders.map((folder) => filesOf(folder).length)).toEqual([1])
})

test('kill -9 leaves what was written', async () => {
  using running = new Running()
  const { ended } = running.start([process.execPath, fixture, 'wait'], { options: ['--cpu-prof'] })
  await running.printed('round')
  const before = filesOf(running.recording).length
  // One that was written later has all of the round.
  await expect.poll(() => filesOf(running.recording).length, { timeout: 60_000 }).toBeGreaterThan(before)
  process.kill(Number(readFileSync(join(running.recording, 'program'), 'utf8')), 'SIGKILL')
  expect(await ended).toMatchObject({ signal: 'SIGKILL' })
  const [main] = (await readRecording(running.recording)).processes
  expect(functionsOf(main!, 'a')[0]).toMatchObject({ name: 'burnA' })
  expect(functionsOf(main!, 'b')[0]).toMatchObject({ name: 'burnB' })
})

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ThreadTime } from '../dist/profile/thread-time.js'
import type { ReportData } from '../dist/report/data.js'
import { readRecording } from '../dist/report/read-recording.js'
import { rowsOf, type SpanNameRow } from '../dist/report/rows.js'
import { expectBetween, expectWithin } from './helpers/expect'
import { type ReadSpan, Recordings, spansOf } from './helpers/recorded'

interface Truth {
  before: number
  inside: number
  burnt: number
  done: number
  after: number
}

describe('a program with OpenTelemetry', () => {
  const recordings = new Recordings()
  let truth: Record<string, Truth>
  let data: ReportData
  let spans: Record<string, ReadSpan>
  /** From the program's clock to that of the recording. */
  let offset: number

  beforeAll(async () => {
    const { code, stdout, stderr } = await recordings.run('record/traced.cjs')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    truth = JSON.parse(stdout)
    data = await recordings.read()
    spans = Object.fromEntries(spansOf(data.processes[0]!).map((span) => [span.name, span]))
    const [folder] = recordings.folders
    const [thread] = readdirSync(folder!)
    offset = -JSON.parse(readFileSync(join(folder!, thread!, 'header.json'), 'utf8')).startMs
  })
  afterAll(() => recordings[Symbol.dispose]())

  test('has each span, where it was on the clock of its thread', () => {
    expect(Object.keys(spans).sort()).toEqual(['busy', 'idle', 'late', 'left', 'parent', 'right', 'short'])
    for (const [name, { before, inside, done, after }] of Object.entries(truth)) {
      const { startMs, endMs } = spans[name]!
      expect(startMs, name).toBeGreaterThanOrEqual(before + offset - 0.01)
      expect(startMs, name).toBeLessThanOrEqual(inside + offset + 0.01)
      expect(endMs, name).toBeGreaterThanOrEqual(done + offset - 0.01)
      expect(endMs, name).toBeLessThanOrEqual(after + offset + 0.01)
    }
  })

  test('has their parents, attributes and errors', () => {
    const parents = Object.fromEntries(Object.values(spans).map(({ name, parent }) => [name, parent]))
    const { parent, ...children } = parents
    expect(parent).toBeUndefined()
    expect(new Set(Object.values(children))).toEqual(new Set(['parent']))
    expect(JSON.parse(spans.parent!.attributes!)).toEqual({ password: 'correct-horse' })
    expect(spans.busy!.attributes).toBeUndefined()
    expect(Object.values(spans).filter(({ flags }) => (flags & 8) !== 0)).toEqual([spans.idle])
  })

  test('has what each ran itself', () => {
    expectBetween(2, spans.busy!.selfMs, truth.busy!.burnt, truth.busy!.after - truth.busy!.before)
    expect(spans.idle!.selfMs).toBeLessThan(0.2 * truth.busy!.burnt)
  })

  test('has the thread busy where it was, by samples', () => {
    const [main] = data.processes
    const time = new ThreadTime(main!)
    const { startMs, endMs } = spans.busy!
    expectWithin(5, time.between(startMs, endMs), truth.busy!.burnt)
    const { startMs: from, endMs: to } = spans.idle!
    expect(time.between(from, to)).toBeLessThan(0.2 * truth.busy!.burnt)
  })

  test('has columns in the order of time, and memory as the process has it', () => {
    const [main] = data.processes
    const { time, cpu, memory, wait } = main!
    expect(time.length).toBeGreaterThan(20)
    for (const column of [time, memory.time, wait!.time]) {
      expect(column.every((ms, i) => i === 0 || ms > column[i - 1]!)).toBe(true)
    }
    expect(cpu.max.every((percent) => percent >= 0 && percent <= 100 * data.machine.cores * 1.01)).toBe(true)
    // Before its first reading nothing is known.
    const known = wait!.percent.filter((percent) => !Number.isNaN(percent))
    expect(known.length).toBeGreaterThan(wait!.percent.length / 2)
    expect(known.every((percent) => percent >= 0 && percent <= 100)).toBe(true)
    expect(memory.bytes.every((bytes) => bytes > 20e6 && bytes < 1e9)).toBe(true)
  })

  test('says how it ended', () => {
    expect(data.program.end).toEqual({ code: 0, why: 'nothing was left to do' })
  })

  test('is nobody else’s to read', () => {
    const [folder] = recordings.folders
    const paths = readdirSync(folder!, { recursive: true, encoding: 'utf8' }).map((name) => join(folder!, name))
    for (const path of [folder!, ...paths]) expect(statSync(path).mode & 0o077, path).toBe(0)
  })

  test('cut anywhere, has what is whole', async () => {
    const [folder] = recordings.folders
    const [thread] = readdirSync(folder!)
    const bytes = readFileSync(join(folder!, thread!, '000001.jsonl'))
    const copy = join(recordings.directory, 'cut')
    cpSync(folder!, copy, { recursive: true })
    // A line that lacks nothing but its end is whole.
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([i]) => i)
    const lines = bytes.toString().split('\n').slice(0, -1)
    const ids = lines.map((line): string[] => JSON.parse(line).spans?.spanId ?? [])
    for (let i = 0; i <= 1000; i++) {
      const length = Math.floor((i / 1000) * bytes.length)
      writeFileSync(join(copy, thread!, '000001.jsonl'), bytes.subarray(0, length))
      const { processes } = await readRecording(copy)
      // Some are in two lines: that they are open, and that they ended.
      const whole = new Set(ids.filter((_, line) => ends[line]! <= length).flat())
      expect(new Set(processes[0]!.spans.spanId), `cut at ${length}`).toEqual(whole)
      expect(processes[0]!.spans.spanId).toHaveLength(whole.size)
    }
    expect(new Set(ids.flat()).size).toBe(46)
    rmSync(copy, { recursive: true })
  })

  test('without attributes has none, and no messages', async () => {
    using without = new Recordings()
    await without.run('record/traced.cjs', { env: { SPANMETER_RECORD_ATTRIBUTES: 'false' } })
    const files = readdirSync(without.directory, { recursive: true, encoding: 'utf8' })
    const texts = files
      .filter((name) => /\.jsonl?$/.test(name))
      .map((name) => readFileSync(join(without.directory, name), 'utf8'))
    expect(texts.join('')).toContain('busy')
    expect(texts.join('')).not.toContain('correct-horse')
  })

  test('of which nothing is left is a clear error', async () => {
    const empty = join(recordings.directory, 'empty')
    mkdirSync(empty)
    await expect(readRecording(empty)).rejects.toThrow(`there is no recording in ${empty}`)
    await expect(readRecording(join(empty, 'none'))).rejects.toThrow('there is no recording in')
  })
})

interface PlainTruth {
  burnt: number
  asleepMs: number
  usedMs: number
}

describe('a program without OpenTelemetry', () => {
  const recordings = new Recordings()
  let truth: PlainTruth
  let data: ReportData
  let rows: Record<string, SpanNameRow>

  beforeAll(async () => {
    const { code, stdout, stderr } = await recordings.run('record/plain.cjs', { nodeArgs: ['--expose-gc'] })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    truth = JSON.parse(stdout)
    data = await recordings.read()
    rows = Object.fromEntries(rowsOf(data.processes[0]!).map((row) => [row.name.replace(/:\d+/, ':port'), row]))
  })
  afterAll(() => recordings[Symbol.dispose]())

  test('has a row a route, with what its requests ran themselves, though they overlap', () => {
    const { count, selfMs, flags } = rows['GET /users/:id']!
    expect({ count, error: flags.error }).toEqual({ count: 12, error: 0 })
    const served = spansOf(data.processes[0]!).filter(({ name }) => name.startsWith('GET'))
    const shared = served.filter((a) => served.some((b) => a !== b && a.startMs < b.endMs && b.startMs < a.endMs))
    expect(served.filter(({ flags }) => (flags & 4) !== 0)).toEqual(shared)
    // Beside what they burn they serve.
    expectBetween(2, selfMs!, truth.burnt, 2 * truth.burnt)
  })

  test('has requests that were aborted, and those that it made', () => {
    expect(rows['GET /never/ends']).toMatchObject({ count: 1, flags: { error: 1 } })
    expect(rows['outgoing GET 127.0.0.1:port/users/:id']).toMatchObject({ count: 12, flags: { error: 0 } })
    expect(rows['outgoing GET 127.0.0.1:port/never/ends']).toMatchObject({ count: 1, flags: { error: 1 } })
    expect(rows['outgoing GET 127.0.0.1:port/users/:id']).not.toHaveProperty('selfMs')
  })

  test('has no queries, which may be private', () => {
    const { attributes } = data.processes[0]!.spans
    expect(attributes.map((text) => JSON.parse(text!)['url.path'])).toContain('/users/7')
    expect(attributes.join()).not.toContain('secret')
  })

  test('has the block of the event loop in which the thread slept, and used nothing', () => {
    const { blocks } = data.processes[0]!
    const time = new ThreadTime(data.processes[0]!)
    // A tick of 10 ms may have been due only after it began.
    const leastMs = truth.asleepMs - 11
    const isIt = (startMs: number, i: number) =>
      blocks.duration[i]! >= leastMs && time.between(startMs, startMs + leastMs) < truth.usedMs + 5
    expect([...blocks.start].some(isIt), `${blocks.duration}`).toBe(true)
  })

  test('has its garbage collections', () => {
    const { kind, duration } = data.processes[0]!.gc
    expect(kind.filter((one) => one === 'major').length).toBeGreaterThanOrEqual(3)
    expect(duration.every((ms) => ms >= 0)).toBe(true)
    expect(rows['(garbage collection)']!.count).toBe(kind.length)
  })
})

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createMonitor } from 'spanmeter'
import { startRecording } from 'spanmeter/record'
import { expect, test } from 'vitest'
import type { ReportProcess } from '../dist/report/data.js'
import { readRecording } from '../dist/report/read-recording.js'
import { run, runFixture } from './helpers/child'
import { sum } from './helpers/numbers'
import { Recordings, spansOf } from './helpers/recorded'
import { burnUntilSampled } from './helpers/sampled'

// `startRecording()` of a program itself.

const options = { monitor: createMonitor(), directory: '' }

test('a bad option is refused by name', () => {
  expect(() => startRecording({} as never)).toThrow(/^directory must be a path that is not empty, got undefined$/)
  const bad = (option: object) => () => startRecording({ directory: '/', ...option } as never)
  expect(bad({ maxMb: 0 })).toThrow(/^maxMb must be between 1 and 1000000, got 0$/)
  expect(bad({ attributes: 'no' })).toThrow(/^attributes must be a boolean, got 'no'$/)
  expect(bad({ snapshotSignal: 'SIGKILL' })).toThrow(/^snapshotSignal must be one of 'SIGUSR1'/)
  expect(bad({ monitor: {} })).toThrow(/^monitor must come from createMonitor\(\), got an object$/)
  expect(bad({ folder: '/' })).toThrow(/^option must be one of .*, got 'folder'$/)
})

test('a folder that cannot be made is an error with a code', () => {
  const attempt = () => startRecording({ ...options, directory: __filename })
  expect(attempt).toThrow(
    expect.objectContaining({
      code: 'CANNOT_RECORD',
      message: expect.stringMatching(/^there is no recording: ENOTDIR/),
    }),
  )
})

test('two at once have each their own', async () => {
  using recordings = new Recordings()
  const both = [0, 1].map(() => startRecording({ ...options, directory: recordings.directory }))
  burnUntilSampled(30, options.monitor)
  for (const recording of both) recording.stop()
  for (const { folder } of both) expect((await readRecording(folder)).processes[0]!.time.length).toBeGreaterThan(0)
  expect(recordings.folders).toHaveLength(2)
})

test('a snapshot is what it was, while the recording goes on', async () => {
  using recordings = new Recordings()
  using recording = startRecording({ ...options, directory: recordings.directory, snapshotSignal: 'SIGUSR2' })
  burnUntilSampled(30, options.monitor)
  const first = await readRecording(await recording.snapshot())
  burnUntilSampled(30, options.monitor)
  process.kill(process.pid, 'SIGUSR2')
  await expect.poll(() => recordings.folders.length).toBe(3)
  recording.stop()
  expect(process.listenerCount('SIGUSR2')).toBe(0)
  const [, , second] = recordings.folders
  const samples = async (folder: string) => (await readRecording(folder)).processes[0]!.time.at(-1)!
  await expect.poll(() => samples(second!)).toBeGreaterThan(first.processes[0]!.time.at(-1)! + 25)
  expect(first.program.end).toBeNull()
  const whole = await readRecording(recording.folder)
  expect(whole.program.end).toEqual({ why: 'the recording was stopped' })
  expect(recordings.folders.slice(1)).toEqual([1, 2].map((i) => `${recording.folder}-snapshot-${i}`))
})

test('it keeps within its size, and thins the oldest to extremes', async () => {
  using recordings = new Recordings()
  const { code, stderr } = await runFixture('record/many.cjs', { args: [recordings.directory] })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [folder] = recordings.folders
  expect(bytesIn(folder!)).toBeLessThan(1.2 * 2 ** 20)
  const { processes } = await recordings.read()
  const [{ sampler }] = processes as [ReportProcess]
  expect(sampler.thinned).toMatch(/^The oldest samples were folded .* the longest and dearest of each name stayed\.$/)
  const spans = spansOf(processes[0]!)
  expect(spans.length).toBeLessThan(10_000)
  // The first is the one that stood out.
  expect(spans.filter(({ name, attributes }) => name === 'work' && attributes?.includes('"first":true'))).toHaveLength(
    1,
  )
})

test('threads that come and go leave no more on disk than one that stays', async () => {
  using recordings = new Recordings()
  const env = { SPANMETER_RECORD_MAX_MB: '1' }
  const { code, stderr } = await recordings.run('record/workers.cjs', { args: ['28'], env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  // A process has one folder.
  expect(recordings.folders).toHaveLength(1)
  // Beyond its size there are the files that were begun since one was full.
  expect(bytesIn(recordings.folders[0]!)).toBeLessThan(1.5 * 2 ** 20)
  const { processes } = await recordings.read()
  const names = new Set(processes.flatMap((process) => spansOf(process).map(({ name }) => name)))
  // The oldest went.
  expect(names).not.toContain('worker 0')
  for (const name of ['main', 'worker 27']) expect(names).toContain(name)
})

test('a recording goes on where there were no file descriptors for a while', async () => {
  using recordings = new Recordings()
  const program = join(__dirname, 'fixtures/record/no-descriptors.cjs')
  const limited = ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, program, recordings.directory]
  const { code, stderr } = await run('sh', limited)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { processes } = await recordings.read()
  const names = new Set(spansOf(processes[0]!).map(({ name }) => name))
  expect(names).toEqual(new Set(['before', 'meanwhile', 'after']))
  expect(bytesIn(recordings.folders[0]!)).toBeLessThan(1.2 * 2 ** 20)
})

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)))
  return sum(files.filter((stats) => stats.isFile()).map(({ size }) => size))
}

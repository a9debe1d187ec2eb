import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createMonitor } from 'spanmeter'
import { startRecording } from 'spanmeter/record'
import { describe, expect, test } from 'vitest'
import type { Line } from '../dist/record/lines.js'
import { appendToFile, replaceFile } from '../dist/record/private-files.js'
import { startRecording as startIn } from '../dist/record/recording.js'
import { Segments } from '../dist/record/segments.js'
import { packageRoot, run } from './helpers/child'
import { Recordings } from './helpers/recorded'
import { cli } from './helpers/running'
import { folder, giveAway, keepVictim, modeOf, sharedFolder, victim } from './helpers/victim'

// Recordings and reports where others may write, too: somebody has put there what they would like to be written over, or
// what they would like to read.

keepVictim()
const options = { monitor: createMonitor() }
const line: Line = { kind: 'end', atMs: 1, why: 'x'.repeat(1000) }

test('all that is written is for its owner alone, whatever the umask', async () => {
  using recordings = new Recordings()
  const umask = process.umask(0)
  const files = ['report', 'json', 'trace', 'speedscope', 'otlp'].map((name) => [`--${name}`, join(folder, name)])
  const program = [process.execPath, join(packageRoot, 'test/fixtures/record/traced.cjs')]
  const args = ['run', '--cpu-prof', '--directory', recordings.directory, ...files.flat(), '--', ...program]
  const { code, stderr } = await run(process.execPath, [cli, ...args])
  using recording = startRecording({ ...options, directory: recordings.directory })
  await recording.snapshot()
  process.umask(umask)
  expect(code, stderr).toBe(0)
  const paths = recordings.folders.flatMap((folder) => {
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return [folder, ...entries.map((name) => join(folder, name))]
  })
  const names = [...paths, ...files.map(([, path]) => path!)].map((path) => [path, modeOf(path)])
  const kinds = new Set(names.map(([path]) => /[^/.\d-]*(\.\w+)?$/.exec(path!)![0]))
  for (const kind of ['header.json', 'run.json', 'program', '.jsonl', '.cpuprofile', 'report'])
    expect(kinds).toContain(kind)
  const expected = names.map(([path]) => [path, statSync(path!).isDirectory() ? '700' : '600'])
  expect(names).toEqual(expected)
})

describe('a recording', () => {
  const begin = (path: string) => () => startIn({ ...options, directory: folder }, { folder: path })

  test('is not put into a folder of somebody else', () => {
    const path = join(sharedFolder(), 'recording')
    mkdirSync(path, { mode: 0o777 })
    giveAway(path)
    expect(begin(path)).toThrow(/^there is no recording: .*recording is there already, and belongs to somebody else$/)
    expect(readdirSync(path)).toEqual([])
  })

  test('is not put where a link leads', () => {
    const path = join(sharedFolder(), 'recording')
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), path)
    expect(begin(path)).toThrow(/belongs to somebody else$/)
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([])
  })

  test('is put beside another thread of the same user', () => {
    const path = join(sharedFolder(), 'recording')
    mkdirSync(path)
    begin(path)().stop()
    expect(readdirSync(path)).toHaveLength(1)
  })

  test('does not go on in a file that it did not make', async () => {
    const thread = join(folder, 'recording/thread')
    const segments = new Segments(thread, {} as never, 1 << 16)
    for (const name of ['000002.jsonl', '000003.jsonl']) symlinkSync(victim, join(thread, name))
    expect(() => {
      for (let i = 0; i < 1000; i++) segments.append([line])
    }).toThrow(/^EEXIST/)
    segments.close()
  })

  test('is made smaller in a file of its own', async () => {
    const thread = join(folder, 'recording/thread')
    const segments = new Segments(thread, {} as never, 1 << 16)
    for (let i = 1; i < 100; i++) symlinkSync(victim, join(thread, `${String(i).padStart(6, '0')}.jsonl.tmp`))
    for (let i = 0; i < 200; i++) {
      segments.append([line])
      const release = await segments.hold()
      release()
    }
    segments.close()
    const kept = readdirSync(thread).filter((name) => name.endsWith('.jsonl'))
    expect(kept.length).toBeGreaterThan(1)
    for (const name of kept) expect(modeOf(join(thread, name)), name).toBe('600')
  })

  test('has its other files by the same rules', () => {
    const path = join(folder, 'other')
    symlinkSync(victim, path)
    expect(() => appendToFile(path, 'a')).toThrow(/^ELOOP/)
    symlinkSync(victim, `${path}.tmp`)
    replaceFile(path, 'b')
    expect(readFileSync(path, 'utf8')).toBe('b')
    appendToFile(path, 'c')
    expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['bc', '600'])
  })

  test('has snapshots under names that nobody has taken', async () => {
    using recording = startRecording({ ...options, directory: sharedFolder() })
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), `${recording.folder}-snapshot-1`)
    mkdirSync(`${recording.folder}-snapshot-2`)
    expect(await recording.snapshot()).toBe(`${recording.folder}-snapshot-3`)
    for (const taken of [join(folder, 'elsewhere'), `${recording.folder}-snapshot-2`]) {
      expect(readdirSync(taken)).toEqual([])
    }
  })

  test('stays where it began, wherever the application goes', async () => {
    const program = `
      const { startRecording } = require(${JSON.stringify(join(packageRoot, 'dist/record/index.js'))})
      const recording = startRecording({ directory: 'one/../two', maxMb: 1 })
      process.chdir('/')
      recording.stop()
      console.log(recording.folder)`
    const { stdout, stderr } = await run(process.execPath, ['-e', program], {}, 100_000, folder)
    expect(stderr).toBe('')
    expect(stdout.trim().startsWith(join(folder, 'two/'))).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['two', 'victim'])
  })

  test('makes no names of files of what the application calls its spans', async () => {
    using recordings = new Recordings()
    const program = `
      const { trace } = require('@opentelemetry/api')
      const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
      process.argv[1] = '../../../argument'
      new NodeTracerProvider().register()
      trace.getTracer('app').startSpan('../../../escaped', { attributes: { '../../attribute': '/../../value' } }).end()`
    const nodeArgs = ['--require', 'spanmeter/register', '-e', program]
    const { code, stderr } = await run(process.execPath, nodeArgs, { SPANMETER_RECORD_DIR: recordings.directory })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const files = recordings.folders.flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }))
    for (const file of files) expect(file).toMatch(/^\d+-0-\d+(\/(header\.json|\d{6}\.jsonl))?$/)
    expect(files).toHaveLength(3)
  })
})

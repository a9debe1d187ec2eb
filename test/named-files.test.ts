import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createMonitor } from 'spanmeter'
import { startRecording } from 'spanmeter/record'
import { describe, expect, test } from 'vitest'
import { takeFatalError } from '../dist/cli/run/fatal-report.js'
import { writeNamedFile } from '../dist/record/private-files.js'
import { run } from './helpers/child'
import { Recordings } from './helpers/recorded'
import { cli } from './helpers/running'
import { folder, giveAway, keepVictim, modeOf, sharedFolder, victim } from './helpers/victim'

// What a user names or gets where others may write, too: somebody has put something there.

keepVictim()
const options = { monitor: createMonitor() }

describe('a file that the user names', () => {
  const refusal = /^it is there already, belongs to somebody else, and is in a folder where others may write$/

  test('is not written where a link of somebody else leads', async () => {
    const path = join(sharedFolder(), 'report.html')
    symlinkSync(victim, path)
    giveAway(path)
    expect(() => writeNamedFile(path, ['x'])).toThrow(refusal)
  })

  test('is not written for somebody else to read', () => {
    const path = join(sharedFolder(), 'report.html')
    writeFileSync(path, '', { mode: 0o666 })
    giveAway(path)
    expect(() => writeNamedFile(path, ['x'])).toThrow(refusal)
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  test('is not waited for where somebody else has put a pipe', () => {
    const path = join(sharedFolder(), 'report.html')
    execFileSync('mkfifo', [path])
    giveAway(path)
    expect(() => writeNamedFile(path, ['x'])).toThrow(refusal)
  })

  test('is not written in a folder of somebody else, either', () => {
    const shared = join(folder, 'theirs')
    mkdirSync(shared)
    const path = join(shared, 'report.html')
    symlinkSync(victim, path)
    giveAway(shared)
    giveAway(path)
    expect(() => writeNamedFile(path, ['x'])).toThrow(refusal)
  })

  test('replaces what was there, and hides it', () => {
    const path = join(sharedFolder(), 'report.html')
    writeFileSync(path, 'much longer than what follows')
    chmodSync(path, 0o644)
    writeNamedFile(path, ['short'])
    expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['short', '600'])
  })

  test('is written where a link of the user leads', () => {
    const path = join(sharedFolder(), 'report.html')
    symlinkSync(join(folder, 'target'), path)
    writeNamedFile(path, ['x'])
    expect([readFileSync(join(folder, 'target'), 'utf8'), modeOf(join(folder, 'target'))]).toEqual(['x', '600'])
  })

  test('may be a pipe of the user, or the output of the command', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    // This thread waits while it writes.
    const reader = spawn('sh', ['-c', 'wc -c <"$0"', path])
    const read = text(reader.stdout)
    writeNamedFile(path, ['x'.repeat(1_000_000)])
    expect((await read).trim()).toBe('1000000')

    using recordings = new Recordings()
    startRecording({ ...options, directory: recordings.directory }).stop()
    const { stdout, stderr } = await run('sh', [
      '-c',
      `${process.execPath} ${cli} report $0 --json /dev/stdout | cat`,
      recordings.folders[0]!,
    ])
    expect(stderr).toBe('')
    expect(stdout).toContain('"verdict"')
  })

  const unless = process.geteuid!() === 0 ? '' : ' (skipped: only root can give a file to somebody else)'
  test.skipIf(unless !== '')(`that is refused is one line of the command, and its exit code${unless}`, async () => {
    using recordings = new Recordings()
    startRecording({ ...options, directory: recordings.directory }).stop()
    const path = join(sharedFolder(), 'report.html')
    symlinkSync(victim, path)
    giveAway(path)
    const { code, stderr } = await run(process.execPath, [cli, 'report', recordings.folders[0]!, '--report', path])
    expect(code).toBe(2)
    expect(stderr).toBe(`spanmeter: --report ${path} was not written: ${refusal.source.slice(1, -1)}\n`)
  })
})

describe('a recording of somebody else', () => {
  test('has no pipes, devices or links that are read', async () => {
    using recordings = new Recordings()
    startRecording({ ...options, directory: recordings.directory }).stop()
    const recording = recordings.folders[0]!
    const [thread] = readdirSync(recording)
    const report = () => run(process.execPath, [cli, 'report', recording, '--json', join(folder, 'out')], {})
    expect((await report()).code).toBe(0)
    const before = readFileSync(join(folder, 'out'), 'utf8')
    for (const name of ['000009.jsonl', 'cpu-000009.cpuprofile', '../run.json', '../others', '../pipe']) {
      execFileSync('mkfifo', [join(recording, thread!, name)])
    }
    symlinkSync('/dev/zero', join(recording, thread!, '000010.jsonl'))
    mkdirSync(join(recording, 'another'))
    symlinkSync('/dev/zero', join(recording, 'another/header.json'))
    const { code, signal, stderr } = await report()
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(before)
  })

  test('has no report of Node.js that is removed elsewhere', () => {
    mkdirSync(join(folder, 'recording/thread'), { recursive: true })
    mkdirSync(join(folder, 'elsewhere'))
    writeFileSync(join(folder, 'elsewhere/fatal.json'), '{"header":{"event":"theirs"}}')
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'recording/link'))
    writeFileSync(join(folder, 'recording/thread/fatal.json'), '{"header":{"event":"ours"}}')
    expect(takeFatalError(join(folder, 'recording'))).toBe('ours')
    expect(existsSync(join(folder, 'elsewhere/fatal.json'))).toBe(true)
    expect(existsSync(join(folder, 'recording/thread/fatal.json'))).toBe(false)
  })
})

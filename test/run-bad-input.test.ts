import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Running } from './helpers/running'

const node = (code: string) => [process.execPath, '-e', code]

describe.concurrent('bad input', () => {
  test.each([
    [[], 'no program was named, as in: spanmeter run -- node app.js'],
    [['--period', 'fast', '--', 'true'], 'It must be a number between 0.05 and 60000.'],
    [['--max-overhead', '101', '--', 'true'], 'It must be a number between 0 and 100.'],
    [['--unknown', '--', 'true'], "unknown option '--unknown'"],
  ])('%j is refused', async (options, message) => {
    using running = new Running()
    const { code, stderr, stdout } = await running.run([], { options })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('a program that is not there ends as in a shell', async () => {
    using running = new Running()
    const { code, stderr } = await running.run(['no-such-program'])
    expect(code).toBe(127)
    expect(stderr).toContain('spanmeter: there is no program no-such-program\n')
    const file = join(running.scratch, 'text')
    writeFileSync(file, '')
    chmodSync(file, 0o600)
    expect(await running.run([file])).toMatchObject({
      code: 126,
      stderr: expect.stringContaining('cannot be executed'),
    })
    expect(await running.run(['no-such-program'], { options: ['--directory', '/proc/none'] })).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('spanmeter: there is no program no-such-program\n'),
    })
  })

  test('a program that is not Node.js has its code, and a sentence', async () => {
    using running = new Running()
    const { code, stderr } = await running.run(['sh', '-c', 'exit 4'])
    expect(code).toBe(4)
    expect(stderr).toContain('spanmeter: nothing was recorded: no process of Node.js loaded spanmeter.')
  })

  test.each(['file', '/proc/none'])('a folder that cannot be written (%s) lets the program run', async (place) => {
    using running = new Running()
    const path = resolve(running.scratch, place)
    if (place === 'file') writeFileSync(path, '')
    const { code, stdout, stderr } = await running.run(node('console.log("ran"); process.exit(7)'), {
      options: ['--directory', path],
    })
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'ran\n' })
    expect(stderr).toMatch(/^spanmeter: there is no recording: (EEXIST|ENOTDIR|ENOENT)/)
  })

  const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
  const why = canMount ? '' : ' (skipped: no file system may be mounted here)'

  test.skipIf(!canMount)(`a full disk ends the recording, and what is whole is shown${why}`, async () => {
    using running = new Running()
    const disk = join(running.scratch, 'disk')
    mkdirSync(disk)
    const mounted = `mount -t tmpfs -o size=64k tmpfs '${disk}' && exec "$0" "$@"`
    const program = node(`
      const { trace } = require('@opentelemetry/api')
      new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
      let rounds = 0
      const timer = setInterval(() => {
        for (let i = 0; i < 50; i++) trace.getTracer('app').startSpan('work').end()
        if (++rounds === 30) process.exit(7)
      }, 100)`)
    const { code, stderr } = await running.run(program, {
      around: ['unshare', '-m', 'sh', '-c', mounted],
      options: ['--directory', disk],
    })
    expect(code).toBe(7)
    expect(stderr).toMatch(/Warning: spanmeter: the recording ends here: ENOSPC/)
    expect(stderr.match(/Warning: spanmeter/g)).toHaveLength(1)
    expect(stderr).toMatch(/^ {2}work +\d{2,} /m)
    expect(stderr).toContain('The program ended with code 7.')
    expect(running.summary.program.end).toEqual({ code: 7 })
  })

  test('a file that cannot be written is a warning, and the code is kept', async () => {
    using running = new Running()
    const { code, stderr } = await running.run(node('process.exit(7)'), { options: ['--json', '/no/such/folder/x'] })
    expect(code).toBe(7)
    expect(stderr).toContain('spanmeter: --json /no/such/folder/x was not written: ENOENT')
    expect(stderr).toContain('The program ended with code 7')
  })
})

import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from './helpers/child'
import { nodeVersions } from './helpers/nodes'
import { Running } from './helpers/running'

const fixture = (name: string) => join(__dirname, 'fixtures', name)
const node = (code: string) => [process.execPath, '-e', code]

describe.concurrent('the program that is run', () => {
  test('has its own stdin and stdout, to the byte', async () => {
    using running = new Running()
    const echo = node('process.stdin.pipe(process.stdout)')
    const stdin = 'ä\0b\r\n'.repeat(10_000)
    expect(await running.run(echo, { stdin })).toMatchObject({ code: 0, signal: null, stdout: stdin })
  })

  test.each([0, 1, 7, 255])('ends with its own code %i', async (code) => {
    using running = new Running()
    expect(await running.run(node(`process.exit(${code})`))).toMatchObject({ code, signal: null })
    expect(running.summary.program.end).toEqual({ code, why: 'process.exit()' })
  })

  test.each(['SIGTERM', 'SIGKILL', 'SIGINT'])('ends by %s, as it ended', async (signal) => {
    using running = new Running()
    const program = node(`process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000)`)
    expect(await running.run(program)).toMatchObject({ code: null, signal })
    expect(running.summary.program.end).toEqual({ signal })
    expect(running.summary.verdict[0]).toBe(`The program was ended by ${signal}.`)
  })

  test('ends with 143 for a shell', async () => {
    using running = new Running()
    const { stdout } = await running.run(node('process.kill(process.pid)'), {
      around: ['sh', '-c', '"$0" "$@"; echo $?'],
    })
    expect(stdout).toBe('143\n')
  })

  const inNamespace = ['unshare', '--pid', '--fork', '--map-root-user']
  const mayUnshare = spawnSync(inNamespace[0]!, [...inNamespace.slice(1), 'true']).status === 0
  const why = mayUnshare ? '' : ' (skipped: no namespace of processes may be made here)'

  test.skipIf(!mayUnshare)(`ends with 137 where spanmeter is the first process of a container${why}`, async () => {
    using running = new Running()
    const program = node('process.kill(process.pid, "SIGKILL")')
    expect(await running.run(program, { around: inNamespace })).toMatchObject({ code: 137, signal: null })
    expect(running.summary.program.end).toEqual({ signal: 'SIGKILL' })
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGQUIT'] as const)(
    'gets %s once, and time to close',
    async (signal) => {
      using running = new Running()
      const { child, ended, stdout } = running.start([process.execPath, fixture('record/signals.cjs')])
      await running.printed('ready')
      child.kill(signal)
      expect(await stdout).toBe(`ready\ngot ${signal}\nclosed\n`)
      expect(await ended).toEqual({ code: 3, signal: null })
    },
  )

  test('gets Ctrl+C once, on a terminal', async () => {
    using running = new Running()
    const inTerminal = ['sh', '-c', `exec script -qec "$(printf "'%s' " "$0" "$@")" /dev/null`]
    const program = [process.execPath, fixture('record/signals.cjs')]
    const { child, ended, stdout } = running.start(program, { around: inTerminal })
    await running.printed('ready')
    child.stdin.write('\x03')
    await ended
    const text = await stdout
    expect(text.match(/got \w+/g)).toEqual(['got SIGINT'])
    expect(text).toContain('closed')
  })

  test('has its own NODE_OPTIONS, too', async () => {
    using running = new Running()
    const preload = join(running.scratch, 'their "own".cjs')
    writeFileSync(preload, "globalThis.theirs = 'loaded'")
    const options = `--require "${preload.replaceAll('"', '\\"')}" --max-old-space-size=123`
    const program = node('console.log(theirs, require("v8").getHeapStatistics().heap_size_limit < 2e8)')
    const { stdout } = await running.run(program, { env: { NODE_OPTIONS: options } })
    expect(stdout).toBe('loaded true\n')
    expect(running.summary.processes).toHaveLength(1)
  })

  test('is recorded with the options that were given', async () => {
    using running = new Running()
    const program = node('setTimeout(() => {}, 300)')
    await running.run(program, { options: ['--period', '5', '--max-overhead', '0'] })
    expect(running.summary.processes[0]!.sampler).toMatchObject({ backend: 'native', periodMs: 5 })
  })

  test('may be a script alone', async () => {
    using running = new Running()
    writeFileSync(join(running.scratch, 'app.mjs'), 'console.log(import.meta.url.endsWith("app.mjs"))')
    expect((await running.run(['app.mjs'], { cwd: running.scratch })).stdout).toBe('true\n')
  })
})

describe.concurrent('of several processes', () => {
  const family = `
    const { fork, spawn } = require('node:child_process')
    if (process.argv[2] === 'child') console.log('child')
    else {
      fork(__filename, ['child'])
      spawn(process.execPath, ['-e', '0'], { stdio: 'inherit' })
    }`

  function familyIn(scratch: string): string {
    const file = join(scratch, 'family.cjs')
    writeFileSync(file, family)
    return file
  }

  test('the program is recorded, and the others are counted', async () => {
    using running = new Running()
    const { stdout } = await running.run([process.execPath, familyIn(running.scratch)])
    expect(stdout).toBe('child\n')
    expect(running.summary.processes.map(({ name }) => name)).toEqual(['family.cjs'])
    const others = '2 other processes of Node.js that it started were not recorded: --children does that.'
    expect(running.summary.verdict).toContain(others)
  })

  test('--children records all', async () => {
    using running = new Running()
    await running.run([process.execPath, familyIn(running.scratch)], { options: ['--children'] })
    expect(running.summary.processes.map(({ name }) => name).sort()).toEqual(['family.cjs', 'family.cjs', 'node'])
  })

  test('npm start records what npm starts', async () => {
    using running = new Running()
    const folder = join(running.scratch, 'project')
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', scripts: { start: 'node app.js' } }))
    writeFileSync(join(folder, 'app.js'), 'process.exitCode = 5')
    const { code } = await running.run(['npm', 'start', '--silent'], { cwd: folder })
    expect(code).toBe(5)
    expect(running.summary.processes.map(({ name }) => name)).toEqual(['app.js'])
  })

  test.each([
    'share/nodejs/npm/bin/npm-cli.js',
    'node_modules/tsx/dist/cli.cjs',
    'node_modules/nodemon/bin/nodemon.js',
    'node_modules/@dotenvx/dotenvx/src/cli/dotenvx.js',
    '.yarn/releases/yarn-4.9.1.cjs',
  ])('%s starts the program, and is not it', async (launcher) => {
    using running = new Running()
    const file = join(running.scratch, launcher)
    mkdirSync(dirname(file), { recursive: true })
    const start = "spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' })"
    writeFileSync(file, `require('node:child_process').${start}.on('exit', process.exit)`)
    writeFileSync(join(running.scratch, 'app.js'), 'process.exitCode = 5')
    const { code } = await running.run([process.execPath, file, 'app.js'], { cwd: running.scratch })
    expect(code).toBe(5)
    expect(running.summary.processes.map(({ name }) => name)).toEqual(['app.js'])
    expect(running.summary.verdict.join()).not.toContain('other process')
  })

  test('a worker with a tracer provider is recorded as a part of its process', async () => {
    using running = new Running()
    await running.run([process.execPath, fixture('record/worker.cjs')], { cwd: packageRoot })
    const { processes, rows } = running.summary
    expect(processes.map(({ name }) => name)).toEqual(['worker.cjs', 'worker 1'])
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(1)
    expect(rows.filter(({ name }) => name === 'in the worker')).toMatchObject([{ process: 'worker 1', count: 1 }])
  })
})

describe.concurrent('what is printed', () => {
  test('is the table, the verdict and where the files are, on stderr, without escapes', async () => {
    using running = new Running()
    const { stdout, stderr } = await running.run([process.execPath, fixture('record/traced.cjs')])
    expect(stdout).not.toContain('spanmeter')
    expect(stderr).toMatch(/^spanmeter: recording .*traced.cjs to .*\n\n {2,}count +p50 +p95 +own CPU/)
    for (const name of ['parent', 'busy', 'idle', 'late']) expect(stderr).toMatch(new RegExp(`^ {2}${name} +1 `, 'm'))
    expect(stderr).toContain("'busy' ran most itself")
    expect(stderr).toMatch(/spanmeter: \S.*summary.json\nspanmeter: the recording is in .*\n$/)
    expect(stderr).not.toContain('\x1b')
    const [busy] = running.summary.rows
    expect(busy).toMatchObject({ name: 'busy', count: 1, flags: { error: 0 } })
    expect(running.summary.dearest[0]).toMatchObject({ name: 'busy' })
  })

  test('shows no control characters of names', async () => {
    using running = new Running()
    const program = `
      const { trace } = require('@opentelemetry/api')
      new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
      trace.getTracer('app').startSpan('red \\x1b[31m').end()`
    const { stderr } = await running.run(node(program))
    expect(stderr).toContain('red ?[31m')
  })
})

describe.concurrent.each(nodeVersions)('on $name', ({ path }) => {
  const fill = 'const kept = []; setInterval(() => { for (let i = 0; i < 1e5; i++) kept.push({ i: String(i) }) }, 1)'

  test.skipIf(path === undefined)('a program that runs out of memory is said to', async () => {
    using running = new Running()
    const shell = ['sh', '-c', 'ulimit -c 0; exec "$0" "$@"']
    const { signal } = await running.run([path!, '--max-old-space-size=48', '-e', fill], { around: shell })
    expect(signal).toBe('SIGABRT')
    const { program, verdict } = running.summary
    expect(program.end).toMatchObject({ signal: 'SIGABRT', why: expect.stringMatching(/out of memory/) })
    expect(verdict[0]).toMatch(/^The program was ended by SIGABRT: .*out of memory\.$/)
    // It holds the environment.
    const files = readdirSync(running.recording, { recursive: true, encoding: 'utf8' })
    expect(files.filter((name) => name.includes('fatal'))).toEqual([])
  })

  test.skipIf(path === undefined)('modules of both kinds are recorded with their spans', async () => {
    for (const name of ['app.cjs', 'app.mjs']) {
      using running = new Running()
      const { code, stdout } = await running.run([path!, fixture(`register/${name}`)])
      expect(code).toBe(0)
      const [attributes] = JSON.parse(stdout)
      const { rows } = running.summary
      expect(rows.find((row) => row.name === 'work')).toMatchObject({
        count: 1,
        selfMs: expect.closeTo(attributes['resource.cpu.self_ms'], 2),
      })
    }
  })
})

describe.concurrent('a program that dies', () => {
  test('by an error is said so', async () => {
    using running = new Running()
    const { code, stderr } = await running.run(node('throw new RangeError("too far")'))
    expect(code).toBe(1)
    expect(stderr).toContain('The program ended with code 1, by an uncaught error: RangeError: too far.')
  })
})

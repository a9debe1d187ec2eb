import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askFixture, type FixtureOptions, packageRoot, run } from './helpers/child'

// Which binary is taken, and what is said where none can be. In a copy of the package, with what was built here.

interface Outcome {
  binary?: string
  error?: { name: string; code: string; message: string }
}

const built = 'build/Release/spanmeter.node'
const shipped = (libc: string) => `prebuilds/linux-${process.arch}/spanmeter.${libc}.node`
const own = readFileSync(join(packageRoot, built))
let scratch: string
let folder: string

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  folder = join(scratch, 'package')
  const shim = ['-shared', '-fPIC', '-o', `${scratch}/shim.so`, join(__dirname, 'fixtures/shim.c'), '-ldl']
  expect(await run('cc', shim)).toMatchObject({ code: 0 })
})

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const name of ['package.json', 'dist']) cpSync(join(packageRoot, name), join(folder, name), { recursive: true })
})

afterAll(() => rmSync(scratch, { recursive: true }))

function put(file: string, content: string | Buffer): void {
  const path = join(folder, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

const ask = (options: FixtureOptions = {}) => askFixture<Outcome>('packed.cjs', { ...options, args: [folder] })

/** Where no file of /proc/self can be opened. */
function withoutProc(): NodeJS.ProcessEnv {
  put('no-proc', '')
  return { LD_PRELOAD: `${scratch}/shim.so`, TEST_NO_PROC: join(folder, 'no-proc') }
}

describe('taken is', () => {
  test('what was built here before what came with the package', async () => {
    put(built, own)
    put(shipped('glibc'), own)
    expect(await ask()).toMatchObject({ binary: join(folder, built) })
  })

  test('what came with the package where nothing was built', async () => {
    put(shipped('glibc'), own)
    expect(await ask()).toMatchObject({ binary: join(folder, shipped('glibc')) })
  })

  test('what came with the package where what was built does not load', async () => {
    put(built, 'nothing')
    put(shipped('glibc'), own)
    expect(await ask()).toMatchObject({ binary: join(folder, shipped('glibc')) })
  })

  test('what fits this process, whatever the environment says', async () => {
    put(shipped('glibc'), own)
    put(shipped('musl'), own)
    const env = { LIBC: 'musl', npm_config_arch: 'mips', npm_config_platform: 'win32' }
    expect(await ask({ env })).toMatchObject({ binary: join(folder, shipped('glibc')) })
  })

  test('what SPANMETER_PREBUILD names where the package has none', async () => {
    const elsewhere = join(folder, 'elsewhere')
    const helper = 'node_modules/node-gyp-build'
    cpSync(join(packageRoot, helper), join(folder, helper), { recursive: true })
    put(`elsewhere/${shipped('glibc')}`, own)
    expect(await ask({ env: { SPANMETER_PREBUILD: elsewhere } })).toMatchObject({
      binary: join(elsewhere, shipped('glibc')),
    })
  })

  test('what loads where the libc is unknown', async () => {
    put(shipped('glibc'), own)
    put(shipped('musl'), 'made for another')
    const code = `require(${JSON.stringify(folder)}).createMonitor({ backend: 'native' }).start().backend`
    expect(await run(process.execPath, ['-p', code], withoutProc())).toMatchObject({ code: 0, stdout: 'native\n' })
  })
})

describe('NATIVE_UNAVAILABLE in one line, with each that was tried', () => {
  async function reasons(options: FixtureOptions = {}): Promise<string> {
    const { error } = await ask(options)
    expect(error).toMatchObject({ name: 'SpanmeterError', code: 'NATIVE_UNAVAILABLE' })
    expect(error!.message).not.toContain('\n')
    await expectFallback(error!.message, options)
    return error!.message.replaceAll(`${folder}/`, '')
  }
  const start = 'the native sampler cannot be loaded: '

  /** Who does not insist gets the other sampler, which gives the same reason. */
  async function expectFallback(reason: string, { env, nodeArgs = [] }: FixtureOptions): Promise<void> {
    const code = `const monitor = require(${JSON.stringify(folder)}).createMonitor().start()
      monitor.measure(() => {}).then(({ stats }) => {
        const { backend, backendReason } = monitor.health()
        console.log(JSON.stringify({ backend, backendReason, measured: stats.durationMs > 0 }))
        monitor.stop()
      })`
    const { stdout, stderr } = await run(process.execPath, [...nodeArgs, '-e', code], env)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({ backend: 'js', backendReason: reason, measured: true })
  }

  test('nothing there', async () => {
    const missing = `${start}ENOENT: no such file or directory, open '${shipped('glibc')}'`
    expect(await reasons()).toBe(missing)
  })

  test('nothing there, and the libc is unknown', async () => {
    const message = await reasons({ env: withoutProc() })
    expect(message).toContain(`${shipped('musl')}'; ENOENT`)
    expect(message).toContain(`${shipped('glibc')}'`)
  })

  test('both broken', async () => {
    put(built, 'nothing')
    put(shipped('glibc'), '')
    expect(await reasons()).toBe(`${start}${built}: file too short; ${shipped('glibc')}: file too short`)
  })

  test('folders', async () => {
    put(`${built}/file`, '')
    put(`${shipped('glibc')}/file`, '')
    const eisdir = 'EISDIR: illegal operation on a directory, read'
    expect(await reasons()).toBe(`${start}${built}: ${eisdir}; ${shipped('glibc')}: ${eisdir}`)
  })

  test('cut off', async () => {
    put(shipped('glibc'), own.subarray(0, own.length / 2))
    expect(await reasons()).toBe(`${start}${shipped('glibc')}: the file is damaged`)
  })

  test('for another machine', async () => {
    const other = Buffer.from(own)
    other.writeUInt16LE(8, 18)
    put(shipped('glibc'), other)
    // In the words of glibc.
    const why = 'cannot open shared object file: No such file or directory'
    expect(await reasons()).toBe(`${start}${shipped('glibc')}: ${why}`)
  })

  test('no addon', async () => {
    put(shipped('glibc'), readFileSync(`${scratch}/shim.so`))
    expect(await reasons()).toMatch(/^the .*: Module did not self-register: '.*spanmeter\.glibc\.node'\.$/)
  })

  test('--no-addons', async () => {
    put(shipped('glibc'), own)
    const message = await reasons({ nodeArgs: ['--no-addons'] })
    expect(message).toBe(`${start}${shipped('glibc')}: Cannot load native addon because loading addons is disabled.`)
  })

  test.each(['darwin', 'win32'])('a platform without binaries: %s', async (platform) => {
    const pretend = `Object.defineProperty(process, "platform", { value: "${platform}" })`
    const message = await reasons({ nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`] })
    expect(message).toBe(`${start}there is none for ${platform}-${process.arch}`)
  })

  test('text', async () => {
    put(shipped('glibc'), 'This is what a proxy that knows better sends in place of a file.\n'.repeat(10))
    expect(await reasons()).toMatch(
      new RegExp(`^${start}${shipped('glibc')}: (the file is damaged|invalid ELF header)$`),
    )
  })
})

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Ended, packageRoot, runWith } from './helpers/child'

// `npm run build:native` with a Node.js that has its headers beside it or not, on a machine that lacks this or that. What
// it builds is an addon of a single file, in a folder of its own.

const source = `
#include <node_api.h>
NAPI_MODULE_INIT() {
  napi_value answer;
  return napi_create_int32(env, 42, &answer) == napi_ok ? answer : nullptr;
}
`
const target = { target_name: 'addon', sources: ['addon.cc'] }
const commands = [
  'sh',
  'make',
  'g++',
  'cc',
  'as',
  'ld',
  'cat',
  'cp',
  'env',
  'ln',
  'mkdir',
  'printf',
  'rm',
  'sed',
  'touch',
]
const headers = join(dirname(process.execPath), '../include/node')
const why = existsSync(headers) ? '' : ' (skipped: this Node.js has no headers beside it)'

let scratch: string
/** Where Node.js is installed. */
let home: string
/** Of all commands, only those that are here are found. */
let bin: string
let addon: string
let requests: string[]
let server: Server

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  home = join(scratch, 'node')
  cpSync(process.execPath, join(home, 'bin/node'))
})

afterAll(() => rmSync(scratch, { recursive: true }))

beforeEach(async () => {
  addon = mkdtempSync(join(scratch, 'addon-'))
  writeFileSync(join(addon, 'addon.cc'), source)
  writeFileSync(join(addon, 'binding.gyp'), JSON.stringify({ targets: [target] }))

  bin = mkdtempSync(join(scratch, 'bin-'))
  for (const name of commands) symlinkSync(ask('which', name), join(bin, name))
  symlinkSync(ask('python3', '-c', 'import sys; print(sys.executable)'), join(bin, 'python3'))
  symlinkSync(join(home, 'bin/node'), join(bin, 'node'))
  symlinkSync(join(packageRoot, 'node_modules/node-gyp/bin/node-gyp.js'), join(bin, 'node-gyp'))

  requests = []
  server = createServer(({ url }, response) => {
    requests.push(url!)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  rmSync(join(home, 'include'), { recursive: true, force: true })
  await new Promise((resolve) => server.close(resolve))
})

function ask(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).trim()
}

/** Puts a program in place of a command. */
function replace(name: string, program: string): void {
  rmSync(join(bin, name))
  writeFileSync(join(bin, name), program)
  chmodSync(join(bin, name), 0o755)
}

/** Puts the headers of this Node.js into a folder. */
function putHeaders(folder: string): void {
  mkdirSync(folder, { recursive: true })
  symlinkSync(dirname(headers), join(folder, 'include'))
}

/** Puts others beside Node.js, which no addon can be built with. */
function putOtherHeaders(change = (version: string) => version): void {
  mkdirSync(join(home, 'include/node'), { recursive: true })
  const put = (name: string, text: string) => writeFileSync(join(home, 'include/node', name), text)
  put('node_version.h', change(readFileSync(join(headers, 'node_version.h'), 'utf8')))
  put('common.gypi', readFileSync(join(headers, 'common.gypi'), 'utf8'))
  put('node_api.h', '#error "not these"')
}

function build(env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { port } = server.address() as AddressInfo
  const npm = { npm_config_disturl: `http://127.0.0.1:${port}`, npm_config_devdir: join(scratch, 'fetched') }
  const options = { cwd: addon, env: { PATH: bin, HOME: scratch, ...npm, ...env }, timeout: 100_000 }
  return runWith(join(home, 'bin/node'), [join(packageRoot, 'scripts/build.mjs')], options)
}

function expectBuilt({ code, stdout, stderr }: Ended): void {
  expect(code, stdout + stderr).toBe(0)
  expect(createRequire(__filename)(join(addon, 'build/Release/addon.node'))).toBe(42)
}

/** Expects a build to fail, with this as its last words. */
function expectExplained({ code, stderr }: Ended, reason: string): void {
  expect(code).toBe(1)
  const last = stderr.trimEnd().split('\n').at(-1)
  const rest = 'Without it, the package works with its JavaScript sampler.'
  expect(last, stderr).toBe(`The native sampler was not built: ${reason}. ${rest}`)
}

describe.skipIf(why !== '')(`the headers of Node.js${why}`, () => {
  test('are those beside it, and nobody is asked', async () => {
    putHeaders(home)
    expectBuilt(await build())
    expect(requests).toEqual([])
  })

  test('are those that npm_config_nodedir names, whatever is beside it', async () => {
    putOtherHeaders()
    putHeaders(join(scratch, 'elsewhere'))
    expectBuilt(await build({ npm_config_nodedir: join(scratch, 'elsewhere') }))
    expect(requests).toEqual([])
  })

  test('are asked for where those beside it are of another version', async () => {
    putOtherHeaders((version) => version.replace(/(#define NODE_PATCH_VERSION) \d+/, '$1 99'))
    const ended = await build()
    expect(requests).toContain(`/${process.version}/node-${process.version}-headers.tar.gz`)
    expectExplained(
      ended,
      'the headers of Node.js are not beside it and could not be fetched: install Node.js from its archive, or the package ' +
        'of its headers (libnode-dev, nodejs-dev, nodejs-devel), or name their folder in the variable npm_config_nodedir',
    )
  })

  test('are not where npm_config_nodedir says', async () => {
    putHeaders(home)
    expectExplained(
      await build({ npm_config_nodedir: '/nonexistent' }),
      'there are no headers of Node.js in /nonexistent: mend nodedir in npm’s configuration, or remove it',
    )
  })
})

describe.skipIf(why !== '')(`in one line is said what is missing${why}`, () => {
  beforeEach(() => putHeaders(home))

  test.each([
    ['python3', 'there is no python3: install the package python3'],
    ['make', 'there is no make: install the package make'],
    ['g++', 'there is no g++: install the package g++, or gcc-c++ on Fedora'],
    ['node-gyp', 'there is no node-gyp: run `npm ci` first, and then `npm run build:native`'],
  ])('%s', async (command, reason) => {
    rmSync(join(bin, command))
    expectExplained(await build(), reason)
  })

  test('the compiler that CXX names', async () => {
    expectExplained(await build({ CXX: 'clang++-1' }), 'there is no clang++-1: mend the variable CXX, or remove it')
  })

  test('C++20', async () => {
    const cxx = ask('which', 'g++')
    const old = `case "$*" in *c++20*) echo "unrecognized command-line option" >&2; exit 1; esac; exec ${cxx} "$@"`
    replace('g++', `#!/bin/sh\n${old}\n`)
    writeFileSync(join(addon, 'binding.gyp'), JSON.stringify({ targets: [{ ...target, cflags: ['-std=c++20'] }] }))
    const reason = 'g++ does not know C++20: install GCC 10 or newer, or name another compiler in the variable CXX'
    expectExplained(await build(), reason)
  })

  test('nothing, where the fault is in the code', async () => {
    writeFileSync(join(addon, 'addon.cc'), 'int main() { return fault; }')
    const ended = await build()
    expect(ended.stderr).toMatch(/error: .*fault/)
    expectExplained(ended, 'what stands above says why')
  })
})

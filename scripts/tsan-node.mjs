/**
 * Runs a service with everything on, and threads that come and go, under ThreadSanitizer:
 *   npm run test:tsan-node [-- --seconds N]
 * Only the addon is instrumented, so what ThreadSanitizer sees in Node.js itself is not reported; nothing is suppressed
 * for our code. That races in it are still reported is shown first, with an addon that has one on purpose. What a run of at
 * least a minute found is left for docs/reliability.md.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodedirBeside } from './headers.mjs'
import { leaveResult } from './leave-result.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: asked } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
const seconds = Number(asked.seconds)
if (!(seconds > 0)) throw new RangeError(`--seconds must be a number above 0, got ${asked.seconds}`)

const nodedir = process.env.npm_config_nodedir || nodedirBeside()
if (nodedir === undefined) throw new Error('there are no headers beside this Node.js; name them in npm_config_nodedir')

/** Builds the addon in a package of its own, and returns the folder. */
function build(name, ...variables) {
  const headers = `NODE_HEADERS=${join(nodedir, 'include/node')}`
  const make = ['--silent', '-C', join(root, 'native/test'), 'addon', 'SANITIZE=thread', headers, ...variables]
  execFileSync('make', make, { stdio: 'inherit' })
  const folder = join(root, 'build/tsan-node', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'build/Release'), { recursive: true })
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  const addon = join(root, 'build/native-test-thread', variables.length > 0 ? 'spanmeter-race.node' : 'spanmeter.node')
  cpSync(addon, join(folder, 'build/Release/spanmeter.node'))
  return folder
}

/** Runs a program under the library that the addon was compiled for. */
function run(...args) {
  const library = execFileSync(process.env.CXX ?? 'g++', ['-print-file-name=libtsan.so'], { encoding: 'utf8' }).trim()
  // Not where the kernel puts things at more random than ThreadSanitizer expects. Threads that Node.js leaves at its end
  // are its own affair.
  const fixed = existsSync('/usr/bin/setarch') ? ['setarch', '-R'] : []
  const options = 'ignore_noninstrumented_modules=1:report_thread_leaks=0:exitcode=66'
  const under = ['env', `LD_PRELOAD=${library}`, `TSAN_OPTIONS=${options}`, process.execPath, ...args]
  const [command, ...rest] = [...fixed, ...under]
  return spawnSync(command, rest, { encoding: 'utf8', cwd: root })
}

function fail(what, { stdout, stderr, status, signal }) {
  console.error(`${what} (exit ${signal ?? status})\n${stdout}${stderr}`)
  process.exit(1)
}

const service = join(root, 'test/fixtures/tsan/service.cjs')
const recordings = mkdtempSync(join(tmpdir(), 'spanmeter-tsan-'))
try {
  const raced = run(
    '-p',
    `require('${build('race', 'RACE=1')}/dist/index.js').createMonitor({ backend: 'native' }).backend`,
  )
  if (!/ThreadSanitizer: data race[\s\S]*race\.cc/.test(raced.stderr))
    fail('the race on purpose was not reported', raced)
  console.log('a race on purpose is reported')

  const served = run(service, build('ours'), `${1e3 * seconds}`, recordings)
  if (served.status !== 0 || served.stderr.includes('ThreadSanitizer')) fail('there is a race', served)
  console.log(`no race in ${seconds} s: ${served.stdout.trim()}`)
  if (seconds >= 60) leave(JSON.parse(served.stdout))
} finally {
  rmSync(recordings, { recursive: true })
}

function leave({ turns, scrapes, snapshots, workers }) {
  leaveResult('tsan-node', `npm run test:tsan-node -- --seconds ${seconds}`, {
    'seconds of the service': seconds,
    'rounds of spans, marks and windows, main thread': turns,
    'workers that came and went': workers,
    'scrapes of the endpoint': scrapes,
    'recordings written out': snapshots,
    'races in our code': 0,
    'races on purpose that were reported': 1,
  })
}

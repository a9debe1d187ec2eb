/** What must be red after a mutation, as small as the file that was mutated allows. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const ccache = '/usr/lib/ccache'
const env = { ...process.env, CCACHE_NOHASHDIR: '1', TSAN_OPTIONS: 'halt_on_error=1' }
if (existsSync(ccache)) env.PATH = `${ccache}:${env.PATH}`

const thread = 'SANITIZE=thread'
const model = suite('model', 'whole', [])
const history = suite('attack', 'history', [
  thread,
  'CORE_SOURCES=../core/history/*.cc ../core/window/line.cc ../core/window/stretch.cc ../core/window/quantiles.cc',
  `ATTACK_SOURCES=attack/attack.cc ${['histogram', 'point', 'pyramid', 'quantiles', 'series']
    .map((name) => `attack/${name}_attack.cc`)
    .join(' ')}`,
])
const sampler = suite('attack', 'sampler', [thread, 'ATTACK_SOURCES=attack/attack.cc attack/sampler_attack.cc'])

/** The suites that look at a file. */
export function suitesOf(file) {
  const modelled = /history\/series\.|sampler\/(parking|watchers|wake_word)\./.test(file) ? [model] : []
  return [...modelled, /\/(history|window)\//.test(file) ? history : sampler]
}

/** A suite; `redAfter` builds it in a copy of the sources and says what was red, undefined if nothing was. */
function suite(kind, subject, variables) {
  const name = `${kind} of the ${subject}`
  const folder = `../../build/${kind}-${subject}`
  const program = `${kind}-tests`
  return {
    kind,
    name,
    async redAfter(copy, seconds) {
      const at = join(copy, 'native/test')
      const args = ['--silent', '-C', at, `BUILD=${folder}`, ...variables, `${folder}/${program}`]
      const made = spawnSync('make', args, { encoding: 'utf8', env })
      if (made.status !== 0) throw new Error(`${name} does not build:\n${made.stderr}`)
      return run(join(at, folder, program), seconds)
    },
  }
}

/** Runs a program until it has said that something is wrong, or to its end. */
function run(program, seconds) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, { env: { ...env, ATTACK_SECONDS: `${seconds}` }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    let red
    const end = (why) => {
      red ??= why
      child.kill('SIGKILL')
    }
    const hear = (text) => {
      said += text
      if (said.includes('ThreadSanitizer: data race')) end('data race')
      else if (/DEADLOCK/.test(said)) end('sleeps for ever')
      else if (/^FAILED/m.test(said)) end('wrong answer')
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    // A thread that nobody wakes any more. Many times what it takes on a busy machine.
    const patience = setTimeout(end, (10 * seconds + 120) * 1e3, 'sleeps for ever')
    child.once('error', reject).once('close', (code, signal) => {
      clearTimeout(patience)
      resolve(red ?? (code === 0 ? undefined : `ended with ${signal ?? code}`))
    })
  })
}

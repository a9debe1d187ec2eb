import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { build, type Limits, type Result } from './result.js'

/**
 * In the order in which they run, the slow ones first: of how many inputs each is given one. Each of `register` is a process,
 * and those of the next go through files, formats and sockets.
 */
const shares: Readonly<Record<string, number>> = {
  register: 10_000,
  recordings: 100,
  otlp: 100,
  alerts: 10,
  endpoint: 10,
  binding: 1,
  environment: 1,
}
export const scriptNames = Object.keys(shares)

/** An input that takes longer hangs. */
const patienceMs = 60_000
const addon = `${build}/native/spanmeter.node`

/** Gives inputs to a target of the package, in a process of its own. `seed`: where the second half begins. */
export async function runScript(name: string, { inputs, seconds }: Limits, seed: number): Promise<Result> {
  const script = `${build}/child.js`
  const limits =
    inputs === undefined ? ['Infinity', String(seconds)] : [String(Math.ceil(inputs / shares[name]!)), 'Infinity']
  const args = ['--expose-gc', script, name, '1', String(seed), ...limits]
  const env = { ...process.env, ...(name === 'binding' && sanitized()) }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let last = ''
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-10_000)
  })
  let alarm = setTimeout(() => {}, 0)
  for await (const line of createInterface(child.stdout)) {
    last = line
    clearTimeout(alarm)
    alarm = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  }
  clearTimeout(alarm)
  if (last.startsWith('done ')) return { name, ...JSON.parse(last.slice('done '.length)) }
  const why = last.startsWith('failed ') ? last.slice('failed '.length) : `it hung or ended after: ${last}`
  return { name, about: name, inputs: 0, seconds: 0, reached: 0, lines: 0, failure: `${why}\n${complaints}` }
}

/** The addon with AddressSanitizer, whose run time must be there before anything else. */
function sanitized(): Record<string, string> {
  if (!existsSync(addon)) throw new Error(`there is no ${addon}: npm run fuzz builds it`)
  const runtime = execFileSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim()
  return {
    LD_PRELOAD: runtime,
    SPANMETER_FUZZ_ADDON: addon,
    // V8 frees next to nothing at its end.
    ASAN_OPTIONS: 'detect_leaks=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  }
}

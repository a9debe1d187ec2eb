/**
 * Runs the tests again and again and reports which were red how often, since a test that is red once in ten times is worse
 * than none:
 *   npm run test:repeat -- --times 20 [--native | --js] [--busy] [--slow-syscalls MICROSECONDS] [-- ARG…]
 * `--native` and `--js` repeat one half of them; `--busy` keeps every core busy with other programs meanwhile, and
 * `--slow-syscalls` makes each system call of the tests take that much longer. ARGs go to Vitest, and of `--native` the
 * first one is part of the names of the tests to run.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: asked, positionals: rest } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '20' },
    native: { type: 'boolean', default: false },
    js: { type: 'boolean', default: false },
    busy: { type: 'boolean', default: false },
    'slow-syscalls': { type: 'string' },
  },
})
const times = Number(asked.times)
if (!(times >= 1)) throw new RangeError(`--times must be 1 or more, got ${asked.times}`)

const slowly = asked['slow-syscalls'] ? ['build/bench-native/slow_syscalls', asked['slow-syscalls']] : []

/** Runs a command in the package, and hands over each line that it prints. */
async function run([command, ...args], onLine = () => {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const code = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  for await (const line of createInterface(child.stdout)) onLine(line)
  return code
}

async function build(...command) {
  if ((await run(command, console.log)) !== 0) throw new Error(`${command.join(' ')} failed`)
}

/** Each test of the core: its name, how long it took, and what it complained of when it was red. */
async function runNative() {
  const tests = []
  let complaints = []
  let since = performance.now()
  const code = await run([...slowly, 'build/native-test/core-tests', ...rest.slice(0, 1)], (line) => {
    const [, result, name] = /^(ok|FAILED) (\w+)$/.exec(line) ?? []
    if (result === undefined) return void complaints.push(line)
    tests.push({ name, ms: performance.now() - since, red: result !== 'ok', complaints })
    complaints = []
    since = performance.now()
  })
  // One that ends the whole program has no line of its own.
  if (code !== 0 && !tests.some(({ red }) => red))
    tests.push({ name: `exit code ${code}`, ms: 0, red: true, complaints })
  return tests
}

/** Each test of the package. */
async function runJs() {
  const path = `${root}/build/repeated-tests.json`
  rmSync(path, { force: true })
  const vitest = ['npx', 'vitest', 'run', '--reporter=json', `--outputFile=${path}`]
  const code = await run([...slowly, ...vitest, ...rest])
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'))
  const tests = testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const short = file.slice(root.length)
    // A file that does not load has no tests.
    if (status === 'failed' && assertionResults.length === 0)
      return [{ name: short, ms: 0, red: true, complaints: [message] }]
    return assertionResults.map(({ fullName, duration, status, failureMessages }) => {
      return { name: `${short}: ${fullName}`, ms: duration ?? 0, red: status === 'failed', complaints: failureMessages }
    })
  })
  if (code !== 0 && !tests.some(({ red }) => red))
    tests.push({ name: `exit code ${code}`, ms: 0, red: true, complaints: [] })
  return tests
}

const halves = []
if (asked.native || !asked.js) {
  await build('make', '--silent', '-C', 'native/test', '../../build/native-test/core-tests')
  halves.push({ name: 'core', run: runNative })
}
if (asked.js || !asked.native) {
  await build('npm', 'run', '--silent', 'build:ts')
  halves.push({ name: 'package', run: runJs })
}
if (slowly.length > 0) await build('make', '--silent', '-C', 'bench/native', '../../build/bench-native/slow_syscalls')

/** A program that spins as long as this one lives. */
const spin = `const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e8; i++);`
const rivals = Array.from({ length: asked.busy ? availableParallelism() : 0 }, () =>
  spawn(process.execPath, ['-e', spin], { stdio: 'ignore' }),
)

const runs = []
const red = new Map()
for (let round = 1; round <= times; round++) {
  for (const half of halves) {
    const begin = performance.now()
    const tests = await half.run()
    const failed = tests.filter((test) => test.red)
    runs.push({ half: half.name, ms: performance.now() - begin, tests: tests.length, failed: failed.length })
    console.log(`${half.name} ${round} of ${times}: ${tests.length - failed.length} passed, ${failed.length} failed`)
    for (const { name, ms, complaints } of failed) {
      console.log(`  FAILED ${name}`)
      for (const line of complaints.flatMap((text) => text.split('\n'))) console.log(`    ${line}`)
      red.set(name, [...(red.get(name) ?? []), ms])
    }
  }
}
for (const rival of rivals) rival.kill()

const seconds = (all) => [Math.min(...all), Math.max(...all)].map((ms) => (ms / 1e3).toFixed(1)).join(' … ')
const table = new Table({ head: ['what', 'runs', 'red', 'seconds'], style: { head: [], border: [] } })
for (const { name } of halves) {
  const mine = runs.filter(({ half }) => half === name)
  const failures = mine.filter(({ failed }) => failed > 0).length
  table.push([name, mine.length, failures, seconds(mine.map(({ ms }) => ms))])
}
for (const [name, took] of [...red].sort(([, a], [, b]) => b.length - a.length)) {
  table.push([name, times, took.length, seconds(took)])
}
console.log(String(table))
if (red.size > 0) process.exitCode = 1

/**
 * Lets each call that the core and the addon make to the C library fail, one after the other:
 *   npm run faults                 each call in one way, and every other way at some of the calls: for a quarter of an hour
 *   npm run faults -- --brief      the first call of each kind and a few later ones, in one way: for a minute
 *   npm run faults -- --node-only  half of it; or --core-only
 * Says of each problem which call it was. Without one of the last two the figures go to
 * bench/results/reliability/faults.json.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = join(root, 'build/native-test')
const program = join(root, 'test/fixtures/faults/program.mjs')
const options = new Set(process.argv.slice(2))
const brief = options.delete('--brief')
const only = ['--core-only', '--node-only'].find((option) => options.delete(option))
if (options.size > 0) {
  console.error(`faults: unknown option ${[...options][0]}; there are --brief, --core-only and --node-only`)
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'spanmeter-faults-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

execFileSync('make', ['--silent', '-C', join(root, 'native/test'), 'preload'], { stdio: 'inherit' })
/** What went wrong, as it is printed: the call, and then in what way. */
const problemsFound = []
const core = only === '--node-only' ? undefined : await inCore()
const node = only === '--core-only' ? undefined : await inNode()
const problems = (core?.problems ?? 0) + (node?.problems ?? 0)
const figures = {
  ...(core && {
    'kinds of calls, core': core.calls,
    'processes with a fault, core': core.trials,
    'calls made to fail, core': core.failed,
    'numbers compared with the truth, core': core.checks,
  }),
  ...(node && {
    'kinds of calls, Node.js': node.calls,
    'processes with a fault, Node.js': node.trials,
    'calls made to fail, Node.js': node.failed,
  }),
  'crashes, hangs, wrong numbers and leaks': problems,
}
console.log(JSON.stringify(figures))
if (only === undefined) {
  const file = join(root, 'bench/results/reliability/faults.json')
  mkdirSync(join(file, '..'), { recursive: true })
  const machine = `Linux ${release()}, ${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} CPUs, Node.js ${process.version}`
  const command = `npm run faults${brief ? ' -- --brief' : ''}`
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${JSON.stringify({ command, date, machine, figures, notes: problemsFound }, null, 2)}\n`)
}
process.exitCode = problems > 0 ? 1 : 0

/** The core as a plain program, which prints its problems and ends with what it tried. */
async function inCore() {
  const child = spawn(join(built, 'core-faults'), brief ? ['--brief'] : [], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = (await text(child.stdout)).trimEnd().split('\n')
  const totals = lines.pop()
  for (const line of lines) console.log(line)
  for (const line of lines.filter((line) => line !== '')) {
    // A line that ends with what failed begins another.
    if (/, call \d+.*: \S+/.test(line)) problemsFound.push(line)
    else problemsFound.push(`${problemsFound.pop()}; ${line}`)
  }
  return JSON.parse(totals)
}

/** The addon in a program of Node.js, of which each trial is a process. */
async function inNode() {
  const totals = { calls: 0, trials: 0, failed: 0, problems: 0 }
  const clean = await trial(undefined, totals)
  if (clean === undefined) return totals
  // What is closed is gone, whatever the answer: the long form shows it.
  const series = clean.calls.filter((call) => !brief || !call.startsWith('close')).flatMap(seriesOf)
  totals.calls = new Set(series.map(({ call }) => call)).size
  const next = async () => {
    for (let one = series.shift(); one !== undefined; one = series.shift()) {
      let first = 1
      while ((await trial({ ...one, first }, totals, clean))?.failed > 0 && !one.single) first = one.growth * first + 1
    }
  }
  await Promise.all([next(), next()])
  return totals
}

/** Of one call: each time in one way, some in the others, and from some on for ever. */
function seriesOf(call) {
  const ways = execFileSync(join(built, 'core-faults'), ['--ways', call], { encoding: 'utf8' }).trim().split('\n')
  const all = ways.map((way, index) => {
    const [times, how, error] = way.split('|').map(Number)
    return { call, times, how, error, growth: index === 0 ? 2 : 8, single: brief }
  })
  const forEver = { ...all[0], times: 0, single: true }
  return brief ? [all[0]] : [...all, forEver]
}

/** What the addon did in one process; undefined where that ended badly. */
async function trial(fault, totals, clean) {
  const report = join(folder, `${totals.trials++}.json`)
  const what = fault && `${fault.call}|${fault.first}|${fault.times}|${fault.how}|${fault.error}`
  const env = { ...process.env, LD_PRELOAD: join(built, 'faults.so'), FAULTS_REPORT: report, NODE_OPTIONS: '' }
  if (what !== undefined) env.FAULTS_FAIL = what
  const args = ['--import', 'spanmeter/register', program, ...(what === undefined ? ['whole'] : [])]
  const child = spawn(process.execPath, args, { cwd: root, env, timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)))
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  const found = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
  // What it says of itself there is said once, and in a line of its own or as a warning.
  const expected = /^(|spanmeter.*|\(node:\d+\) Warning: spanmeter: .*|\(Use `node --trace-warnings .*)$/
  found.push(...stderr.split('\n').filter((line) => !expected.test(line)))
  if (end !== 0) found.push(`it ends with ${end}`)
  const result = end === 0 ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  for (const held of ['mappings', 'descriptors']) {
    const lost = clean && result ? result[held] - clean[held] : 0
    if (lost > 0) found.push(`${lost} ${held} are lost`)
  }
  totals.failed += result?.failed ?? 0
  if (found.length > 0) {
    totals.problems++
    console.log(`Node.js, ${what ?? 'nothing fails'}\n  ${found.join('\n  ')}`)
    problemsFound.push(`Node.js, ${what ?? 'nothing fails'}; ${found.join('; ')}`)
  }
  return result
}

/**
 * Proves each order of memory in the core by breaking it:
 *   npm run mutations [-- --seconds N] [--only TEXT] [--list]
 * One at a time, in a copy of the sources, each order is weakened by a step, each lock and each second look removed.
 * Something must then be red: the model, which explores every order of memory that C++ allows, or else the attack under
 * ThreadSanitizer, for up to N seconds (60). What stays green fails this command: the tests are too weak, or the order is
 * stronger than it need be. `--only` takes mutations whose file or description holds the text; `--list` names them.
 * The results are kept in bench/results/reliability/memory-orders.json, with those of earlier runs for mutations that were
 * not tried this time.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { cpus, release } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { allAccesses, mutations, uncovered } from './mutations/all.mjs'
import { sources } from './mutations/source.mjs'
import { suitesOf } from './mutations/suites.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: asked } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
})
const seconds = Number(asked.seconds)
if (!(seconds > 0)) throw new RangeError(`--seconds must be a number above 0, got ${asked.seconds}`)
const complaints = uncovered(root)
if (complaints.length > 0) throw new Error(complaints.join('\n'))

const all = mutations(root)
const wanted = all.filter(({ file, what }) => `${file} ${what}`.includes(asked.only))
if (wanted.length === 0) throw new Error(`no mutation holds ${asked.only}`)
if (asked.list) for (const { kind, file, what } of wanted) console.log(`${kind}: ${file}: ${what}`)
else await run()

async function run() {
  const copy = join(root, 'build/mutations')
  for (const part of ['native/core', 'native/test']) refresh(join(root, part), join(copy, part))
  const originals = new Map(sources(root).map(({ file, text }) => [file, text]))
  for (const suite of new Set(wanted.flatMap(({ file }) => suitesOf(file)))) {
    const red = await suite.redAfter(copy, seconds)
    if (red !== undefined) throw new Error(`${suite.name} is red without a mutation: ${red}`)
  }
  const results = []
  for (const { kind, file, what, text } of wanted) {
    writeFileSync(join(copy, file), text)
    const result = { kind, file, what, caughtBy: 'nothing' }
    for (const suite of suitesOf(file)) {
      const red = await suite.redAfter(copy, seconds)
      if (red === undefined) continue
      Object.assign(result, { caughtBy: suite.kind, because: red })
      break
    }
    writeFileSync(join(copy, file), originals.get(file))
    results.push(result)
    keep(results)
    const { caughtBy, because } = result
    console.log(`${because ? 'red' : 'GREEN'}: ${file}: ${what}${because ? `: ${caughtBy} (${because})` : ''}`)
  }
  const green = results.filter(({ caughtBy }) => caughtBy === 'nothing')
  console.log(`${results.length - green.length} mutations caught, ${green.length} not`)
  if (green.length > 0) process.exitCode = 1
}

/** Makes a folder like another. What has not changed is not touched, so that it need not be compiled again. */
function refresh(from, to) {
  mkdirSync(to, { recursive: true })
  const names = readdirSync(from)
  for (const name of readdirSync(to)) if (!names.includes(name)) rmSync(join(to, name), { recursive: true })
  for (const name of names) {
    const [source, target] = [join(from, name), join(to, name)]
    if (statSync(source).isDirectory()) refresh(source, target)
    else if (!existsSync(target) || !readFileSync(source).equals(readFileSync(target))) copyFileSync(source, target)
  }
}

function keep(tried) {
  const file = join(root, 'bench/results/reliability/memory-orders.json')
  const known = [...tried, ...(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).mutations : [])]
  const results = all.flatMap(({ file, what }) => known.find((one) => one.file === file && one.what === what) ?? [])
  const count = (holds) => results.filter(holds).length
  const orders = allAccesses(root)
  const figures = {
    'accesses to atomics in the core': orders.length,
    'of these relaxed, which nothing can weaken': orders.filter(({ order }) => order === 'relaxed').length,
    'orders weakened by a step': count(({ kind }) => kind === 'order'),
    'locks removed': count(({ kind }) => kind === 'lock'),
    'second looks removed': count(({ kind }) => kind === 'second look'),
    'mutations caught': count(({ caughtBy }) => caughtBy !== 'nothing'),
    'of these by the model of every order of memory': count(({ caughtBy }) => caughtBy === 'model'),
    'of these by the attack under ThreadSanitizer': count(({ caughtBy }) => caughtBy === 'attack'),
    'mutations that nothing caught': count(({ caughtBy }) => caughtBy === 'nothing'),
    'mutations that were never tried': all.length - results.length,
  }
  const notes = [
    'The attack is asked only where the model is green or has no part in it. Nor was arm64 asked, whose emulator keeps the stronger order of this processor; the model knows no processor.',
  ]
  const record = {
    command: `npm run mutations${seconds === 60 ? '' : ` -- --seconds ${seconds}`}`,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0].model}, Linux ${release()}`,
    figures,
    notes,
    mutations: results,
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`)
}

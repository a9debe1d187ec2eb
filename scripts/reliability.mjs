/**
 * Puts what the programme of reliability found, and left in bench/results/reliability, into the table of docs/reliability.md:
 *   npm run reliability
 * With `-- --check` it fails instead if the page says something else. `--results` and `--page` name other places.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean' },
    results: { type: 'string', default: fileURLToPath(new URL('../bench/results/reliability', import.meta.url)) },
    page: { type: 'string', default: fileURLToPath(new URL('../docs/reliability.md', import.meta.url)) },
  },
})
const [begin, end] = ['<!-- runs -->', '<!-- end of runs -->']

/** What each of the files is about, in the order of the table. */
const programme = {
  faults: 'Each system call and each allocation fails, one after the other',
  fuzzing: 'Parsers, the border to JavaScript, the endpoint and settings get what nobody meant',
  'bad-inputs': 'Options, settings and arguments that cannot be are refused',
  'memory-orders': 'Each memory order is weakened, and each fence and each check that follows is removed',
  'tsan-node': 'The addon runs under ThreadSanitizer in Node.js, with workers that come and go',
  hostile: 'Applications do what no application should',
  soak: 'A service runs for long with everything on',
  reproducible: 'The package is built twice, in different folders',
}

/** @typedef {{ command: string, date: string, machine: string | object, figures: Record<string, number | string>, notes?: string[] }} Run */

/** @type {Map<string, Run>} */
const runs = new Map(
  filesIn(options.results).map((name) => [basename(name, '.json'), readRun(join(options.results, name))]),
)
const names = [...Object.keys(programme), ...[...runs.keys()].filter((name) => !(name in programme))]

const before = readFileSync(options.page, 'utf8')
const [from, to] = [before.indexOf(begin), before.indexOf(end)]
if (from < 0 || to < from) throw new Error(`${options.page} has no place for the table`)
const after = `${before.slice(0, from)}${begin}\n\n${table()}\n\n${before.slice(to)}`
if (!options.check) writeFileSync(options.page, after)
else if (after !== before) throw new Error(`${options.page} is not what ran: npm run reliability`)

function filesIn(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

/** @returns {Run} */
function readRun(path) {
  const run = JSON.parse(readFileSync(path, 'utf8'))
  for (const key of ['command', 'date', 'machine', 'figures']) {
    if (run[key] === undefined) throw new Error(`${path} has no ${key}`)
  }
  if (Object.keys(run.figures).length === 0) throw new Error(`${path} has no figures`)
  return run
}

function table() {
  const notes = names.flatMap((name) => (runs.get(name)?.notes ?? []).map((note) => `- \`${name}\`: ${note}`))
  return [
    '| what | figures | command | when, and where |',
    '|---|---|---|---|',
    ...names.map((name) => row(name, runs.get(name))),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n')
}

function row(name, run) {
  const what = `${programme[name] ?? name} (\`${name}\`)`
  if (run === undefined) return `| ${what} | not run | | |`
  const figures = Object.entries(run.figures).map(([figure, value]) => `${figure}: **${show(value)}**`)
  const machine = typeof run.machine === 'string' ? run.machine : Object.values(run.machine).join(', ')
  const cells = [what, figures.join('<br>'), `\`${run.command}\``, `${run.date.slice(0, 10)}<br>${machine}`]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** Numbers with a space between thousands. */
function show(value) {
  if (typeof value !== 'number') return String(value)
  const [whole, ...rest] = String(value).split('.')
  return [whole.replace(/\B(?=(\d{3})+$)/g, ' '), ...rest].join('.')
}

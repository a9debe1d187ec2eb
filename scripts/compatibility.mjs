/**
 * Puts what test/compatibility.test.ts ran, and left in build/matrix.json, into the table of docs/compatibility.md:
 *   npm run compatibility
 * With `-- --check` it fails instead if the table says something else, or if not everything ran.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = fileURLToPath(new URL('../docs/compatibility.md', import.meta.url))
const [begin, end] = ['<!-- matrix -->', '<!-- end of matrix -->']

/** @type {{ sdk: string, api: string, modules: string, node: number, result: string }[]} */
const cells = JSON.parse(readFileSync(new URL('../build/matrix.json', import.meta.url), 'utf8'))
const unproven = cells.filter(({ result }) => result !== 'passed' && !result.startsWith('impossible'))
if (cells.length === 0) throw new Error('nothing ran')
if (unproven.length > 0) throw new Error(`not everything ran and passed:\n${unproven.map(nameOf).join('\n')}`)

const before = readFileSync(page, 'utf8')
const [from, to] = [before.indexOf(begin), before.indexOf(end)]
if (from < 0 || to < from) throw new Error(`${page} has no place for the table`)
const after = `${before.slice(0, from)}${begin}\n\n${table()}\n\n${before.slice(to)}`
if (!process.argv.includes('--check')) writeFileSync(page, after)
else if (after !== before) throw new Error(`${page} is not what ran: npm run compatibility`)

function table() {
  const nodes = [...new Set(cells.map(({ node }) => node))]
  const rows = [...new Set(cells.map(rowOf))]
  const lines = rows.map((row) => `| ${row} | ${nodes.map((node) => mark(row, node)).join(' | ')} |`)
  const reasons = new Set(
    cells.filter(({ result }) => result !== 'passed').map(({ sdk, result }) => `SDK ${sdk}: ${result}`),
  )
  return [
    `| SDK | API | modules | ${nodes.map((node) => `Node.js ${node}`).join(' | ')} |`,
    `|---|---|---|${'---|'.repeat(nodes.length)}`,
    ...lines,
    ...[...reasons].map((reason) => `\n–: ${reason}.`),
  ].join('\n')
}

function rowOf({ sdk, api, modules }) {
  return `${sdk} | ${api} | ${modules}`
}

function mark(row, node) {
  const cell = cells.find((each) => rowOf(each) === row && each.node === node)
  return cell?.result === 'passed' ? 'passed' : '–'
}

function nameOf({ sdk, modules, node, result }) {
  return `SDK ${sdk}, ${modules}, Node.js ${node}: ${result}`
}

/**
 * Writes the table of all metrics into docs/metrics.md, from src/metrics/table.ts as it was built:
 *   npm run build:ts && node scripts/metrics-table.mjs
 * With `--check` it only reports whether that would change anything.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { metrics } from '../dist/metrics/table.js'

const path = fileURLToPath(new URL('../docs/metrics.md', import.meta.url))
const [begin, end] = ['<!-- metrics -->', '<!-- end of metrics -->']

const code = (text) => `\`${text}\``

function attributesOf(attributes = {}) {
  return Object.entries(attributes)
    .map(([key, values]) => `${code(key)}: ${values}`)
    .join('<br>')
}

const rows = Object.entries(metrics).map(
  ([name, { prometheus, kind, unit, description, attributes, source, optIn }]) => {
    const help = optIn ? `${description}; only where it is asked for` : description
    return [code(name), code(prometheus), kind, code(unit), help, attributesOf(attributes), source]
  },
)
const heads = ['OpenTelemetry', 'Prometheus', 'type', 'unit', 'what it measures', 'attributes', 'source']
const table = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const before = readFileSync(path, 'utf8')
const [from, to] = [before.indexOf(begin), before.indexOf(end)]
if (from < 0 || to < from) throw new Error(`${path} has no place for the table`)
const after = `${before.slice(0, from)}${begin}\n\n${table}\n\n${before.slice(to)}`

if (!process.argv.includes('--check')) {
  writeFileSync(path, after)
} else if (after !== before) {
  console.error('docs/metrics.md is not what the code says: run node scripts/metrics-table.mjs')
  process.exitCode = 1
}

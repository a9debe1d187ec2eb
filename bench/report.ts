import { readFileSync, writeFileSync } from 'node:fs'
import type { Case, Result } from './case.js'

/** A Markdown table of one case: a row for each variant, a column for each metric; the median and the range of all runs. */
export function table(wanted: Case, results: readonly Result[]): string {
  const mine = results.filter((result) => result.case === wanted.name)
  const metrics = [...new Set(mine.map((result) => result.metric))]
  const unit = (metric: string) => mine.find((result) => result.metric === metric)?.unit ?? ''
  const cell = (variant: string, metric: string) => {
    const result = mine.find((candidate) => candidate.variant === variant && candidate.metric === metric)
    return result
      ? `**${show(result.value)}** (${show(Math.min(...result.runs))} … ${show(Math.max(...result.runs))})`
      : '–'
  }
  const rows = wanted.variants.map((variant) => {
    const missing = wanted.missing?.(variant)
    const name = missing === undefined ? variant : `${variant} (not run: ${missing})`
    return `| ${[name, ...metrics.map((metric) => cell(variant, metric))].join(' | ')} |`
  })
  return [
    `### ${wanted.name}`,
    '',
    `${wanted.title}. \`npm run bench -- --case ${wanted.name}\``,
    '',
    `| variant | ${metrics.map((metric) => `${metric}, ${unit(metric)}`).join(' | ')} |`,
    `|---|${metrics.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n')
}

function show(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  return size >= 1000 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** The machine and the tables, one below the other. */
export function page(facts: Record<string, string>, tables: readonly string[]): string {
  const machine = Object.entries(facts).map(([name, value]) => `${name}: ${value}`)
  return [`Machine: ${machine.join('; ')}.`, ...tables].join('\n\n')
}

const begin = '<!-- results -->'
const end = '<!-- end of results -->'

/** Puts results between the marks in a file. */
export function writeResults(path: string, results: string): void {
  const before = readFileSync(path, 'utf8')
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${path} has no place for results`)
  writeFileSync(path, `${before.slice(0, from)}${begin}\n\n${results}\n\n${before.slice(to)}`)
}

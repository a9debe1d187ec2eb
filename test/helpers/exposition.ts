import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Family {
  help: string
  type: string
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y
const line = /^([a-zA-Z_:][\w:]*)(?:\{([^\n]*)\})? (\S+)$/
const number = /^([+-]Inf|-?\d+(\.\d+)?(e[+-]?\d+)?)$/

/**
 * Reads what a scrape answers, stricter than Prometheus does: each family once and in one piece, each series once, no
 * NaN, buckets that add up.
 */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const seen = new Set<string>()
  const openMetrics = text.endsWith('\n# EOF\n')
  if (!text.endsWith('\n')) throw new Error('it does not end with a line feed')
  let current: [string, Family] | undefined
  for (const row of text
    .replace(/# EOF\n$/, '')
    .split('\n')
    .slice(0, -1)) {
    const [, word, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(row) ?? []
    if (word === 'HELP') {
      if (families.has(name!)) throw new Error(`${name} is there twice`)
      families.set(name!, { help: rest!, type: '', samples: [] })
    } else if (word === 'TYPE') {
      current = [name!, families.get(name!)!]
      current[1].type = rest!
    } else if (row !== '' || openMetrics) {
      if (current === undefined) throw new Error(`no family: ${row}`)
      const [family, { type, samples }] = current
      const sample = parseSample(row)
      if (!namesOf(family, type, openMetrics).includes(sample.name)) throw new Error(`not of ${family}: ${row}`)
      const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
      if (seen.has(identity)) throw new Error(`there twice: ${row}`)
      seen.add(identity)
      samples.push(sample)
    }
  }
  for (const [name, { type, samples }] of families) if (type === 'histogram') checkBuckets(name, samples)
  return families
}

function namesOf(family: string, type: string, openMetrics: boolean): string[] {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'].map((suffix) => family + suffix)
  if (type === 'summary') return ['', '_sum', '_count'].map((suffix) => family + suffix)
  return [type === 'counter' && openMetrics ? `${family}_total` : family]
}

function parseSample(row: string): Family['samples'][number] {
  const [, name, inner = '', value] = line.exec(row) ?? []
  if (name === undefined || !number.test(value!)) throw new Error(`no sample: ${row}`)
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  for (let end = 0; end < inner.length; end = label.lastIndex) {
    const [, key, escaped] = label.exec(inner) ?? []
    if (key === undefined || key in labels) throw new Error(`bad labels: ${row}`)
    labels[key] = escaped!.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character))
  }
  return { name, labels, value: Number(value!.replace('Inf', 'Infinity')) }
}

function checkBuckets(name: string, samples: Family['samples']): void {
  const last = new Map<string, { le: number; count: number }>()
  for (const { name: sample, labels, value } of samples) {
    const { le, ...others } = labels
    const series = JSON.stringify(others)
    const before = last.get(series) ?? { le: -Infinity, count: 0 }
    if (sample === `${name}_bucket`) {
      const bound = Number(le!.replace('Inf', 'Infinity'))
      if (bound <= before.le || value < before.count) throw new Error(`bucket ${le} of ${name} is out of order`)
      last.set(series, { le: bound, count: value })
    } else if (sample === `${name}_count` && (before.le !== Infinity || before.count !== value)) {
      throw new Error(`the buckets of ${name} do not add up`)
    }
  }
}

/** The value of the one series of a metric; undefined if there is none. */
export function sampleOf(families: Map<string, Family>, name: string, labels: Record<string, string> = {}) {
  const samples = [...families.values()].flatMap((family) => family.samples).filter((sample) => sample.name === name)
  const found = samples.filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
  if (found.length > 1) throw new Error(`${name} has ${found.length} series`)
  return found[0]?.value
}

const folder = '/usr/bin'
export const hasPrometheus = ['prometheus', 'promtool'].every((program) => existsSync(`${folder}/${program}`))
export const ifPrometheus = hasPrometheus ? '' : " (skipped: install Debian's package prometheus first)"

/** What Prometheus' own tool has to complain of. */
export function promtoolCheck(text: string): string[] {
  try {
    execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] })
    return []
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer }
    return `${stdout}${stderr}`.trim().split('\n')
  }
}

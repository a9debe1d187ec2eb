import { setImmediate } from 'node:timers/promises'
import type { Labels, Metric, Sample } from './metric.js'

/** The one of Node.js itself: a test framework may put its own into the module. */
const nextRound = setImmediate

export const contentTypes = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const

export type Format = keyof typeof contentTypes

/** So many take some tenths of a millisecond to write. */
const samplesAtOnce = 1000

/**
 * The metrics in a text format of Prometheus. With many names of spans it is a megabyte: the event loop goes on while
 * it is written.
 */
export async function textOf(metrics: readonly Metric[], format: Format): Promise<Buffer> {
  const all = metrics.map((metric) => ({ metric, samples: metric.read() }))
  // One string for each piece: thousands of short strings would take longer to collect as garbage than to write.
  const pieces: Buffer[] = []
  let piece = ''
  let lines = 0
  for (const { metric, samples } of all) {
    const { name, type, help } = metric
    // OpenMetrics has the suffix only on the lines of samples.
    const family = format === 'openMetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
    piece += `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n`
    for (const sample of samples) {
      piece += `${sample.metricName ?? name}${labelsOf(sample)} ${sample.value}\n`
      if (++lines % samplesAtOnce !== 0) continue
      pieces.push(Buffer.from(piece))
      piece = ''
      await nextRound()
    }
  }
  pieces.push(Buffer.from(format === 'openMetrics' ? `${piece}# EOF\n` : piece))
  return Buffer.concat(pieces)
}

function labelsOf({ labels, sharedLabels }: Sample): string {
  const shared = sharedLabels === undefined ? '' : pairsOf(sharedLabels)
  const own = pairsOf(labels)
  if (shared === '' && own === '') return ''
  return `{${shared}${shared !== '' && own !== '' ? ',' : ''}${own}}`
}

/** The text of labels. Thousands of lines share them. */
const written = new WeakMap<Labels, string>()

function pairsOf(labels: Labels): string {
  const known = written.get(labels)
  if (known !== undefined) return known
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  const text = pairs.join()
  written.set(labels, text)
  return text
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}

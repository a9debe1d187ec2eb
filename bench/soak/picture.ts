import { type Report, type Row, timesOf } from './report.js'
import type { Soaked } from './samples.js'

const width = 890
const left = 250
const right = 220
const top = 96
const rowHeight = 62
const plotHeight = 44
const plotWidth = width - left - right
/** More than the picture is wide is not seen. */
const mostPoints = 300

/** Colours on a ground of their own, which a page in light or dark does not shine through. */
const style = `
  svg { --ground: #ffffff; --text: #1f2328; --faint: #636c76; --grid: #d1d9e0; --line: #0969da; --fit: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --grid: #3d444d; --line: #4493f8; --fit: #f0883e; }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--text); }
  .title { font-size: 15px; font-weight: 600; }
  .faint { fill: var(--faint); }
  .ground { fill: var(--ground); }
  .grid { stroke: var(--grid); fill: none; }
  .range { fill: var(--line); opacity: 0.25; }
  .line { stroke: var(--line); fill: none; stroke-width: 1.2; }
  .fit { stroke: var(--fit); fill: none; stroke-width: 1.8; stroke-dasharray: 5 3; }`

/** Each figure over the time, from 0 up, with the line that fits its second half. An SVG for light and dark. */
export function pictureOf(soaked: Soaked, { rows, halfHours }: Report): string {
  const { samples, beginning } = soaked
  const last = samples.at(-1)!
  const height = top + rows.length * rowHeight + 34
  const title = `${duration(last.seconds)} of a service with everything on, ${(last.requests / last.seconds).toFixed(0)} requests a second`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${rows.map(({ name, verdict }) => `${name} ${verdict}`).join('; ')}">
<style>${style}
</style>
<rect class="ground" width="${width}" height="${height}" rx="6"/>
<text class="title" x="16" y="26">${title}</text>
<text class="faint" x="16" y="45">${last.workers} threads came and went, with Node.js ${beginning.machine.node}, on ${beginning.date.slice(0, 10)}</text>
${linesOf(timesOf(soaked))
  .map((line, i) => `<text class="faint" x="16" y="${62 + 15 * i}">${line}</text>`)
  .join('\n')}
${rows.map((row, i) => panel(row, top + i * rowHeight, halfHours)).join('\n')}
${axis(last.seconds, top + rows.length * rowHeight)}
</svg>
`
}

/** A text that is too long for one line, in two. */
function linesOf(text: string): string[] {
  const middle = text.indexOf(', ', text.length / 2) + 2
  return [text.slice(0, middle), text.slice(middle)]
}

function panel({ name, values, mean, growth, verdict }: Row, y: number, halfHours: number): string {
  const most = Math.max(...values.filter(Number.isFinite), Number.MIN_VALUE) * 1.1
  const at = (value: number) => (y + plotHeight * (1 - value / most)).toFixed(1)
  const points = bucketsOf(values)
  const lineOf = (of: 'low' | 'mean' | 'high') =>
    points.map((point) => `${(left + plotWidth * point.when).toFixed(1)},${at(point[of])}`)
  const fit = [-0.5, 0.5].map((end) => `${left + plotWidth * (0.75 + end / 2)},${at(mean + end * growth.value)}`)
  const perHour = (value: number) => signed(value / halfHours)
  return `<g>
<path class="grid" d="M${left} ${y}v${plotHeight}h${plotWidth}"/>
<text x="16" y="${y + 18}">${name}</text>
<text class="faint" x="${left - 6}" y="${y + 10}" text-anchor="end">${number(most)}</text>
<text class="faint" x="${left - 6}" y="${y + plotHeight}" text-anchor="end">0</text>
<polygon class="range" points="${[...lineOf('high'), ...lineOf('low').reverse()].join(' ')}"/>
<polyline class="line" points="${lineOf('mean').join(' ')}"/>
<polyline class="fit" points="${fit.join(' ')}"/>
<text x="${width - right + 12}" y="${y + 16}">${number(mean)}: ${verdict}</text>
<text class="faint" x="${width - right + 12}" y="${y + 34}">${perHour(growth.low)} … ${perHour(growth.high)} per hour</text>
</g>`
}

interface Bucket {
  /** 0 … 1. */
  when: number
  low: number
  mean: number
  high: number
}

/** Means and extremes of neighbouring values, no more than can be seen, where they are known. */
function bucketsOf(values: readonly number[]): Bucket[] {
  const count = Math.min(mostPoints, values.length)
  const at = (bucket: number) => Math.round((bucket * values.length) / count)
  const buckets = Array.from({ length: count }, (_, i) => {
    const part = values.slice(at(i), at(i + 1))
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length
    return { when: i / (count - 1), low: Math.min(...part), mean, high: Math.max(...part) }
  })
  return buckets.filter(({ mean }) => Number.isFinite(mean))
}

function axis(seconds: number, y: number): string {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const x = left + plotWidth * part
    return `<text class="faint" x="${x}" y="${y + 6}" text-anchor="middle">${duration(seconds * part)}</text>`
  })
  return marks.join('\n')
}

function duration(seconds: number): string {
  if (seconds >= 3600) return `${Number((seconds / 3600).toFixed(2))} h`
  return seconds >= 60 ? `${Number((seconds / 60).toFixed(1))} min` : `${Number(seconds.toFixed(1))} s`
}

function number(value: number): string {
  return value.toPrecision(3).includes('e') ? value.toFixed(2) : String(Number(value.toPrecision(3)))
}

function signed(value: number): string {
  const shown = number(value)
  return value > 0 ? `+${shown}` : shown.replace('-', '−')
}

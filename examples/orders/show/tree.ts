import type { DecodedSpan } from '../../demo/otlp-decode'
import { costOf, decimal } from './span-figures'

const columns = ['ms', 'own CPU', 'others', 'all CPU', 'waiting', 'max MB'] as const
const width = 9

interface Line {
  name: string
  service: string
  cells: readonly string[]
}

/** The spans of a trace as a tree, each with what it cost. */
export function traceTree(spans: readonly DecodedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
  const lines = linesOf(roots, '', spans, true)
  const nameWidth = Math.max(...lines.map(({ name }) => name.length))
  const row = (name: string, service: string, cells: readonly string[]): string =>
    `${name.padEnd(nameWidth)}  ${service.padEnd(12)}${cells.map((cell) => cell.padStart(width)).join('')}`
  return [row('span', 'service', columns), ...lines.map(({ name, service, cells }) => row(name, service, cells))].join(
    '\n',
  )
}

function linesOf(
  siblings: readonly DecodedSpan[],
  indent: string,
  spans: readonly DecodedSpan[],
  isRoot = false,
): Line[] {
  const groups = alike(
    [...siblings].sort((a, b) => a.startMs - b.startMs),
    spans,
  )
  return groups.flatMap((group, i) => {
    const isLast = i === groups.length - 1
    const branch = isRoot ? '' : isLast ? '└─ ' : '├─ '
    const children = spans.filter(({ parentSpanId }) => parentSpanId === group[0]!.spanId)
    const below = indent + (isRoot ? '' : isLast ? '   ' : '│  ')
    return [lineOf(group, indent + branch), ...linesOf(children, below, spans)]
  })
}

/** Many commands of one name, with nothing below them, are one line. */
function alike(siblings: readonly DecodedSpan[], spans: readonly DecodedSpan[]): DecodedSpan[][] {
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId))
  const groups = new Map<string, DecodedSpan[]>()
  for (const span of siblings) {
    const key = parents.has(span.spanId) ? span.spanId : span.name
    groups.set(key, [...(groups.get(key) ?? []), span])
  }
  return [...groups.values()].flatMap((group) => (group.length > 2 ? [group] : group.map((span) => [span])))
}

function lineOf(group: readonly DecodedSpan[], prefix: string): Line {
  const [first] = group
  const { name, service = '' } = first!
  if (group.length > 1) {
    const ms = group.map(({ durationMs }) => durationMs)
    return { name: `${prefix}${name} ×${group.length}`, service, cells: [`≤ ${decimal(Math.max(...ms))}`] }
  }
  const { ownMs, othersMs, allMs, waitMs, memoryMb } = costOf(first!)
  const cells = [first!.durationMs, ownMs, othersMs, allMs, waitMs].map((value) => decimal(value))
  return { name: prefix + name, service, cells: [...cells, decimal(memoryMb, 0)] }
}

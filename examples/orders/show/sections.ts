import { percentile } from '../../demo/statistics'
import { bottleneck } from './bottleneck'
import type { Section } from './page'
import { lagTable, type MeasuredPhase, operationsTable, throughputTable } from './tables'
import { traceTree } from './tree'

/** All that is to be seen of a run, in the order in which it is printed. */
export function sectionsOf(phases: readonly MeasuredPhase[]): Section[] {
  const [first] = phases as [MeasuredPhase]
  return [
    ...exampleTrace(first),
    {
      title: 'By service and operation (CPU: what the event loop ran for the span; for others; the whole process)',
      text: operationsTable(phases.flatMap(({ spans }) => spans)),
    },
    { title: 'How far consumers were behind', text: lagTable(first, first.spans) },
    ...(phases.length > 1 ? [{ title: 'Before and after', text: throughputTable(phases) }] : []),
    ...phases.map(({ instances, spans, lag }) => ({
      title: `With ${instances} ${instances === 1 ? 'instance' : 'instances'} of processing`,
      text: bottleneck(spans, lag),
    })),
  ]
}

/** The trace of the order that took longer than half of them. */
function exampleTrace({ accepted, stored, spans }: MeasuredPhase): Section[] {
  const ends = new Map(stored.map(({ id, at }) => [id, at]))
  const took = accepted.flatMap(({ sentAt, ...order }) => {
    const at = ends.get(order.id)
    return at === undefined ? [] : [{ ...order, ms: at - sentAt }]
  })
  const median = percentile(
    took.map(({ ms }) => ms),
    0.5,
  )
  const example = took.find(({ ms }) => ms === median)
  if (example === undefined) return []
  const { id, ms, traceId, correlationId } = example
  return [
    {
      title: `The order ${id} took ${(ms / 1000).toFixed(2)} s: trace ${traceId}, correlation id ${correlationId}`,
      text: traceTree(spans.filter((span) => span.traceId === traceId)),
    },
  ]
}

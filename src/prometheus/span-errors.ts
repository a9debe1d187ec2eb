import { errorOf, otherError } from '../metrics/span-errors.js'
import { SpanNames } from '../metrics/span-names.js'
import type { SpanCostListener } from '../otel/span-costs.js'
import type { Labels, Sample } from './metric.js'

const maxKinds = 100

/** How many spans ended with an error, by their names and its kind: a bounded number of each. */
export class SpanErrors {
  readonly #names: SpanNames
  readonly #kinds = new SpanNames(maxKinds)
  readonly #counts = new Map<string, { labels: Labels; value: number }>()

  constructor(maxNames: number) {
    this.#names = new SpanNames(maxNames)
  }

  readonly record: SpanCostListener = (name, _stats, _share, span) => {
    const kind = errorOf(span)
    if (kind === undefined) return
    const [label, type] = [this.#names.labelFor(name), this.#kinds.labelFor(kind) ?? otherError]
    const key = JSON.stringify([label, type])
    const known = this.#counts.get(key)
    if (known !== undefined) {
      known.value++
      return
    }
    const ofName: Labels = label === undefined ? { otel_metric_overflow: 'true' } : { span_name: inUtf8(label) }
    this.#counts.set(key, { labels: { ...ofName, error_type: inUtf8(type) }, value: 1 })
  }

  samples(): Sample[] {
    return [...this.#counts.values()].map(({ labels, value }) => ({ labels, value }))
  }
}

/** As it arrives: see `SpanHistograms`. */
function inUtf8(text: string): string {
  return Buffer.from(text).toString()
}

import { summarize } from '../../../by-name.js'
import { pickSpan } from '../actions.js'
import { button, el } from '../dom.js'
import { formatCount, formatMoment, formatMs } from '../format.js'
import type { Store } from '../store.js'
import { figures } from './figures.js'
import { functionsOf } from './functions.js'

const most = 5

/** What spans of one name have in common, and those that stand out. */
export function nameDetails(store: Store, name: number): Node[] {
  const { spans } = store.model.data
  const [row] = summarize(spans, undefined, (span) => spans.name[span] === name)
  const all = Array.from(spans.name.keys()).filter((span) => spans.name[span] === name)
  return [
    el('h3', {}, spans.names[name]!),
    figures([
      ['Spans in the recording', formatCount(row?.count ?? 0)],
      ['Duration, p50 and p95', `${formatMs(row?.p50 ?? Number.NaN)} · ${formatMs(row?.p95 ?? Number.NaN)}`],
      ['Own CPU, sum', formatMs(row?.self ?? Number.NaN)],
    ]),
    ...top(store, 'Longest', all, spans.duration),
    ...top(store, 'Most own CPU', all, spans.selfMs),
    ...functionsOf(store, 'of all spans of this name', all),
  ]
}

function top(store: Store, title: string, all: readonly number[], values: ArrayLike<number>): Node[] {
  const known = all.filter((span) => values[span]! > 0).sort((a, b) => values[b]! - values[a]!)
  if (known.length === 0) return []
  const { start } = store.model.data.spans
  const items = known.slice(0, most).map((span) =>
    el(
      'li',
      {},
      button(`${formatMs(values[span]!)} at ${formatMoment(start[span]!, 1)}`, () => pickSpan(store, span, true), {
        class: 'link',
      }),
    ),
  )
  return [el('h4', {}, title), el('ol', {}, ...items)]
}

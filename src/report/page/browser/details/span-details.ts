import { pickName, pickSpan, select, show } from '../actions.js'
import { button, el } from '../dom.js'
import { formatBytes, formatMoment, formatMs, formatPercent } from '../format.js'
import { flagNames, hasEnded } from '../model/flags.js'
import type { Store } from '../store.js'
import { attributesOf } from './attributes.js'
import { copyable } from './copy.js'
import { figures } from './figures.js'
import { functionsOf } from './functions.js'

/** All that is known of one span. */
export function spanDetails(store: Store, span: number, startedAt: number): Node[] {
  const { spans } = store.model.data
  const start = spans.start[span]!
  const duration = spans.duration[span]!
  const own = spans.selfMs[span]!
  const name = spans.name[span]!
  const flags = flagNames.filter((_, i) => (spans.flags[span]! >> i) & 1)
  const parent = spans.parent[span]!
  return [
    el('h3', {}, spans.names[name]!),
    ...(flags.length > 0 ? [el('p', { class: 'flags' }, flags.join(' · '))] : []),
    el(
      'p',
      { class: 'buttons' },
      button('Zoom to it', () => show(store, start - duration * 0.05, start + duration * 1.05)),
      button('Select its time', () => select(store, { from: start, to: start + duration })),
      button('All of this name', () => pickName(store, name)),
    ),
    figures([
      [
        'Duration',
        hasEnded(spans.flags[span]!) ? formatMs(duration) : `${formatMs(duration)}, to the end of the recording`,
      ],
      ['Start', `${formatMoment(start, 0.001)} (${new Date(startedAt + start).toISOString().slice(11, 23)} UTC)`],
      [
        'Own CPU',
        Number.isNaN(own)
          ? formatMs(own)
          : `${formatMs(own)} (${formatPercent((100 * own) / duration)} of the duration)`,
      ],
      ['Others on the loop', formatMs(spans.othersMs[span]!)],
      ['Waiting for a CPU', formatMs(spans.waitMs[span]!)],
      ['Window CPU, whole process', formatMs(spans.cpuMs[span]!)],
      ['Memory, highest', formatBytes(spans.memoryMax[span]!)],
      ['Parent', parent < 0 ? 'none in the recording' : parentLink(store, parent)],
      ['Trace', idOf(spans.traceId[span], 'trace id')],
      ['Span', idOf(spans.spanId[span], 'span id')],
    ]),
    ...attributesOf(spans.attributes[span] ?? undefined),
    ...functionsOf(store, 'of this span', [span]),
  ]
}

function parentLink(store: Store, parent: number): HTMLElement {
  const { names, name } = store.model.data.spans
  return button(names[name[parent]!]!, () => pickSpan(store, parent, true), { class: 'link' })
}

function idOf(id: string | undefined, what: string): HTMLElement | string {
  return id ? copyable(id, what) : 'unknown'
}

import { el } from '../dom.js'
import { formatMs } from '../format.js'
import type { Store } from '../store.js'

const most = 12

/** The functions that ran while spans of a name were the ones that ran, the longest first. */
export function functionsOf({ model }: Store, name: number): Node[] {
  const functions = model.data.functions?.filter((entry) => entry.name === name) ?? []
  if (functions.length === 0) return []
  const sorted = functions.sort((a, b) => b.selfMs - a.selfMs)
  const rows = sorted
    .slice(0, most)
    .map((entry) =>
      el(
        'tr',
        {},
        el('td', {}, el('code', {}, entry.function), el('small', {}, entry.location)),
        el('td', {}, formatMs(entry.selfMs)),
      ),
    )
  const rest = sorted.slice(most).reduce((sum, { selfMs }) => sum + selfMs, 0)
  if (rest > 0) rows.push(el('tr', {}, el('td', {}, `${sorted.length - most} more`), el('td', {}, formatMs(rest))))
  const head = el(
    'thead',
    {},
    el('tr', {}, el('th', { scope: 'col' }, 'Function'), el('th', { scope: 'col' }, 'Self time')),
  )
  return [
    el('h4', {}, 'Functions, by self time, of all spans of this name'),
    el('table', { class: 'functions' }, head, el('tbody', {}, ...rows)),
  ]
}

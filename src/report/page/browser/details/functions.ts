import { type OwnFunction, ownFunctions } from '../../../own-functions.js'
import { el } from '../dom.js'
import { formatCount, formatMs } from '../format.js'
import type { Store } from '../store.js'

const most = 12

/** The functions that ran while some spans were the ones that ran, the longest first. `whose`: of which spans, in words. */
export function functionsOf({ model }: Store, whose: string, spans: readonly number[]): Node[] {
  const functions = ownFunctions(model.data, spans)
  if (functions === undefined) return []
  const samples = samplesOf(functions)
  if (samples === 0)
    return [el('h4', {}, 'Own CPU by function'), el('p', {}, `No sample of the CPU profile is ${whose}.`)]
  const rows = functions.slice(0, most).map((entry) => row(named(entry), entry))
  const rest = functions.slice(most)
  if (rest.length > 0) {
    const selfMs = rest.reduce((sum, entry) => sum + entry.selfMs, 0)
    rows.push(row([`${rest.length} more`], { selfMs, samples: samplesOf(rest) }))
  }
  const titles = ['Function', 'Samples', 'Self time'].map((title) => el('th', { scope: 'col' }, title))
  const head = el('thead', {}, el('tr', {}, ...titles))
  const count = samples === 1 ? 'one sample' : `${formatCount(samples)} samples`
  return [
    el('h4', {}, `Own CPU by function, ${whose}, from ${count}`),
    el('table', { class: 'functions' }, head, el('tbody', {}, ...rows)),
  ]
}

function samplesOf(functions: readonly OwnFunction[]): number {
  return functions.reduce((sum, { samples }) => sum + samples, 0)
}

function named({ name, location }: OwnFunction): (Node | string)[] {
  return [el('code', {}, name), ...(location === '' ? [] : [el('small', { title: location }, location)])]
}

function row(
  content: readonly (Node | string)[],
  { samples, selfMs }: Pick<OwnFunction, 'samples' | 'selfMs'>,
): HTMLElement {
  return el('tr', {}, el('td', {}, ...content), el('td', {}, formatCount(samples)), el('td', {}, formatMs(selfMs)))
}

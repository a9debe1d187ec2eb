import { el } from '../dom.js'

export function figures(rows: readonly (readonly [name: string, value: Node | string])[]): HTMLElement {
  return el(
    'dl',
    { class: 'figures' },
    ...rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  )
}

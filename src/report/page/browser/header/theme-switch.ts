import { el } from '../dom.js'
import type { Theme } from '../theme.js'

/** Light, dark, or as the system has it. */
export function themeSwitch(change: (theme: Theme) => void): HTMLElement {
  const options = (
    [
      ['auto', 'System'],
      ['light', 'Light'],
      ['dark', 'Dark'],
    ] as const
  ).map(([value, label]) => el('option', { value }, label))
  const select = el('select', { 'aria-label': 'Colours' }, ...options)
  select.addEventListener('change', () => change(select.value as Theme))
  return select
}

import { button, el } from '../dom.js'
import { keyHelp } from '../timeline/keys.js'

/** What the mouse and the keys do, on demand. */
export function helpOf(): { open: HTMLElement; dialog: HTMLDialogElement } {
  const rows = keyHelp.map(([keys, does]) => el('tr', {}, el('th', { scope: 'row' }, keys), el('td', {}, does)))
  const table = el('table', {}, el('tbody', {}, ...rows))
  const about =
    'Letters work wherever you do not type; arrows, Enter and paging while the timeline has the focus. Own CPU is what the ' +
    'JavaScript thread ran for a span itself, without its children. Spans at the same time each see the CPU of the whole process.'
  const close = button('Close', () => dialog.close())
  const dialog = el(
    'dialog',
    { 'aria-label': 'Help' },
    el('h2', {}, 'Mouse and keys'),
    table,
    el('p', {}, about),
    close,
  )
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  return { open: button('Help', () => dialog.showModal()), dialog }
}

import { button, el } from '../dom.js'

/** A text with a button that copies it. */
export function copyable(text: string, what: string): HTMLElement {
  const value = el('code', {}, text)
  const press = button('Copy', () => void copy(value, press), { class: 'copy', 'aria-label': `Copy the ${what}` })
  return el('span', { class: 'copyable' }, value, press)
}

async function copy(value: HTMLElement, press: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(value.textContent ?? '')
    press.textContent = 'Copied'
  } catch {
    // Not every page may write to the clipboard. Selected, one key does the rest.
    getSelection()?.selectAllChildren(value)
    press.textContent = 'Selected'
  }
  setTimeout(() => {
    press.textContent = 'Copy'
  }, 2000)
}

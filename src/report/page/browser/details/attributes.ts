import { el } from '../dom.js'

/** Longer texts are cut until somebody asks for the rest: an attribute of a megabyte would stop the page. */
const shownLength = 500

/** A table of the attributes of a span, which are JSON. */
export function attributesOf(json: string | undefined): Node[] {
  if (json === undefined) return []
  const rows = Object.entries(parsed(json)).map(([key, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    return el('div', {}, el('dt', {}, key), cut(text))
  })
  return rows.length === 0 ? [] : [el('h4', {}, 'Attributes'), el('dl', { class: 'figures attributes' }, ...rows)]
}

function parsed(json: string): object {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Shown as it is.
  }
  return { attributes: json }
}

function cut(text: string): HTMLElement {
  const cell = el('dd', {}, text.slice(0, shownLength))
  if (text.length <= shownLength) return cell
  const rest = el('button', { type: 'button', class: 'link' }, `… ${text.length - shownLength} more characters`)
  rest.addEventListener('click', () => cell.replaceChildren(text))
  cell.append(rest)
  return cell
}

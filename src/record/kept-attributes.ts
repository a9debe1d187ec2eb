import { beginningOf } from '../texts.js'

export type Attributes = Readonly<Record<string, unknown>>

const longestText = 1000
const longestKey = 200
const longestName = 200
const none: ReadonlySet<string> = new Set()

/** The name of a span, whatever the program gave it, cut off if it is long. */
export function keptName(name: unknown): string {
  const text = String(name)
  return text.length <= longestName ? text : `${beginningOf(text, longestName)}…`
}

/** Attributes but those to leave out, with long texts cut off; undefined if there are none. */
export function keptAttributes(attributes: Attributes, leaveOut: ReadonlySet<string>): Attributes | undefined {
  let kept: Record<string, unknown> | undefined
  for (const key in attributes) {
    if (leaveOut.has(key)) continue
    kept ??= {}
    kept[key.length > longestKey ? beginningOf(key, longestKey) : key] = shortened(attributes[key])
  }
  return kept
}

/** The same of attributes that are all to keep: a copy of all at once is much faster than one of each. */
export function allAttributes(attributes: Attributes): Attributes | undefined {
  const copy = { ...attributes }
  let isEmpty = true
  for (const key in copy) {
    if (!isShort(copy[key]) || key.length > longestKey) return keptAttributes(attributes, none)
    isEmpty = false
  }
  return isEmpty ? undefined : copy
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= longestText
  return typeof value === 'number' || typeof value === 'boolean'
}

/** A program that writes to a span itself may put there what cannot be written as JSON. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return cut(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  try {
    if (Array.isArray(value)) return shortList(value)
    const text = JSON.stringify(value) ?? ''
    return text.length <= longestText ? value : cut(text)
  } catch {
    return '(not JSON)'
  }
}

/** Of a list only as much is looked at as is kept. */
function shortList(list: readonly unknown[]): unknown {
  let text = '['
  for (const item of list) {
    text += `${text === '[' ? '' : ','}${JSON.stringify(typeof item === 'string' ? cut(item) : item) ?? 'null'}`
    if (text.length > longestText) return `${beginningOf(text, longestText)}… (${list.length} in all)`
  }
  return list
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${beginningOf(text, longestText)}… (${text.length} characters)`
}

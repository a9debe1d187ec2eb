export type Attributes = Readonly<Record<string, unknown>>

const longestText = 1000
const longestKey = 200

/** Attributes but those to leave out, with long texts cut off; undefined if there are none. */
export function keptAttributes(attributes: Attributes, leaveOut: ReadonlySet<string>): Attributes | undefined {
  let kept: Record<string, unknown> | undefined
  for (const key in attributes) {
    if (leaveOut.has(key)) continue
    kept ??= {}
    kept[key.length > longestKey ? key.slice(0, longestKey) : key] = shortened(attributes[key])
  }
  return kept
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return cut(value)
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value) ?? ''
  return text.length <= longestText ? value : cut(text)
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}… (${text.length} characters)`
}

const longestText = 1000
const longestKey = 200

/** Attributes but those to leave out, as JSON with long texts cut off; undefined if there are none. */
export function attributesText(attributes: Readonly<Record<string, unknown>>, leaveOut: ReadonlySet<string>) {
  let kept: Record<string, unknown> | undefined
  for (const key of Object.keys(attributes)) {
    if (leaveOut.has(key)) continue
    kept ??= {}
    kept[key.slice(0, longestKey)] = shortened(attributes[key])
  }
  return kept && JSON.stringify(kept)
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

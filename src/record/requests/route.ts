const longestPart = 60
const mostParts = 12
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Of a name with a hash in it, as bundlers make. */
const hash = /(?<![a-z0-9])(?=[a-z]*\d)[0-9a-f]{8,}(?![a-z0-9])/gi

/** The path of a URL with placeholders for what looks like an identifier, so that equal work has an equal name. */
export function routeOf(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1)
  const parts = path.split('/').map(placeholder)
  return parts.length > mostParts ? `${parts.slice(0, mostParts).join('/')}/…` : parts.join('/')
}

function placeholder(part: string): string {
  return isIdentifier(part) ? ':id' : part.replace(hash, ':id')
}

function isIdentifier(part: string): boolean {
  if (/^[+-]?\d[\d.,:_-]*$/.test(part) || uuid.test(part) || part.length > longestPart) return true
  if (/[%@=]/.test(part)) return true
  return part.length >= 20 && /\d/.test(part) && /[a-z]/i.test(part) && !part.includes('.')
}

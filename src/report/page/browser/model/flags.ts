import { spanFlag } from '../../../data.js'

/** In the order of the bits of `spans.flags`. */
export const flagNames = ['CPU bound', 'memory threshold', 'shared', 'error', 'did not end'] as const

/** Signs for the bars and the table, which need no colour. Shared spans are too many for one. */
export const flagSigns = ['▲', '◆', '', '✕', '→'] as const

export function hasEnded(flags: number): boolean {
  return (flags & spanFlag.unfinished) === 0
}

/** The signs that spans have, each with its meaning. */
export function legendOf(flags: Uint8Array): string[] {
  const seen = flags.reduce((all, some) => all | some, 0)
  return flagSigns.flatMap((sign, i) => (sign !== '' && (seen >> i) & 1 ? [`${sign} ${flagNames[i]}`] : []))
}

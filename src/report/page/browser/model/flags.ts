/** In the order of the bits of `spans.flags`. */
export const flagNames = ['CPU bound', 'memory threshold', 'shared', 'error'] as const

/** Signs for the bars and the table, which need no colour. Shared spans are too many for one. */
export const flagSigns = ['▲', '◆', '', '✕'] as const

export function hasFlag(flags: number, flag: (typeof flagNames)[number]): boolean {
  return ((flags >> flagNames.indexOf(flag)) & 1) === 1
}

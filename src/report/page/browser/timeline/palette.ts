import { isDarkNow } from '../theme.js'

/** Apart for most colour-blind people when neighbours; all are equally light, so in grey the texts stay readable. */
const hues = [250, 60, 165, 330, 100, 205, 25, 295]

export interface Paint {
  fill: string
  /** Of the strip that shows own CPU. */
  strip: string
}

/** The colours of span names, by their numbers: the same for all spans of a name. */
export function paintsOfNames(): (name: number) => Paint {
  const isDark = isDarkNow()
  const paints = hues.map((hue) =>
    isDark
      ? { fill: `oklch(0.38 0.06 ${hue})`, strip: `oklch(0.8 0.13 ${hue})` }
      : { fill: `oklch(0.9 0.05 ${hue})`, strip: `oklch(0.5 0.15 ${hue})` },
  )
  return (name) => paints[name % paints.length]!
}

/** Of spans that a search does not find. */
export function greyed(): Paint {
  return isDarkNow()
    ? { fill: 'oklch(0.27 0.015 260)', strip: 'oklch(0.37 0.015 260)' }
    : { fill: 'oklch(0.95 0 0)', strip: 'oklch(0.86 0 0)' }
}

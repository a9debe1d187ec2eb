import type { Store } from './store.js'

export type Theme = 'auto' | 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')

/** Follows what was chosen, or the system; what is drawn is drawn anew when it changes. */
export function followTheme(store: Store): void {
  const apply = () => {
    const { theme, look } = store.state
    const dark = theme === 'auto' ? system.matches : theme === 'dark'
    const next = dark ? 'dark' : 'light'
    if (next === document.documentElement.dataset.theme) return
    document.documentElement.dataset.theme = next
    store.set({ look: look + 1 })
  }
  store.on(['theme'], apply)
  system.onchange = apply
}

/** A colour of the style sheet, for a canvas. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`)
}

export function isDarkNow(): boolean {
  return document.documentElement.dataset.theme === 'dark'
}

import { pan, show } from '../actions.js'
import type { Store } from '../store.js'
import { type Axis, gutter } from './axis.js'

/** One finger moves the timeline, two stretch it: the moments that they touched stay under them. */
export function followTouch(store: Store, root: HTMLElement, axis: () => Axis): void {
  const fingers = new Map<number, number>()
  const xOf = (event: PointerEvent) => event.clientX - root.getBoundingClientRect().left - gutter

  root.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch') fingers.set(event.pointerId, xOf(event))
  })
  root.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId)
    if (before === undefined) return
    const x = xOf(event)
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) pan(store, (before - x) / axis().width)
    else if (Math.abs(x - other) > 8) stretch(store, axis(), { before, now: x, fixed: other })
    fingers.set(event.pointerId, x)
  })
  for (const end of ['pointerup', 'pointercancel'] as const) {
    root.addEventListener(end, (event) => fingers.delete(event.pointerId))
  }
}

function stretch(
  store: Store,
  axis: Axis,
  { before, now, fixed }: { before: number; now: number; fixed: number },
): void {
  const factor = Math.abs(before - fixed) / Math.abs(now - fixed)
  const around = axis.time(fixed)
  show(store, around - (around - axis.from) * factor, around + (axis.to - around) * factor)
}

import { isWhole, pan, pickSpan, select, zoom, zoomToSelection } from '../actions.js'
import type { Store } from '../store.js'
import { type Axis, gutter } from './axis.js'
import type { LanesView } from './lanes-view.js'
import type { Overlay } from './overlay.js'
import { followTouch } from './touch.js'

/** How far a pointer may stray in a click, in pixels. */
const slack = 4

interface Plots {
  root: HTMLElement
  axis: () => Axis
  lanes: LanesView
  overlay: Overlay
}

/** The pointer over the plots: drag selects, with Shift it moves; a click picks a span; fingers move and pinch. */
export function followPointer(store: Store, plots: Plots): void {
  const { root, axis, lanes, overlay } = plots
  const xOf = (event: PointerEvent | MouseEvent) => event.clientX - root.getBoundingClientRect().left - gutter
  const isInside = (x: number) => x >= 0 && x <= axis().width

  root.addEventListener('pointermove', (event) => {
    const x = xOf(event)
    store.set({ cursor: isInside(x) ? axis().time(x) : undefined })
    const span = isInside(x) && event.buttons === 0 ? lanes.spanAt(event.clientX, event.clientY) : undefined
    overlay.tip(span, event.clientX, event.clientY)
    root.classList.toggle('on-span', span !== undefined)
  })
  root.addEventListener('pointerleave', () => {
    store.set({ cursor: undefined })
    overlay.tip(undefined, 0, 0)
  })

  root.addEventListener('pointerdown', (down) => {
    const begin = xOf(down)
    if (down.button !== 0 || down.pointerType === 'touch' || !isInside(begin)) return
    const began = axis().time(begin)
    let last = begin
    let dragged = false
    const move = (event: PointerEvent) => {
      const x = xOf(event)
      dragged ||= Math.abs(x - begin) > slack
      if (!dragged) return
      if (down.shiftKey) pan(store, (last - x) / axis().width)
      else select(store, { from: began, to: axis().time(x) })
      last = x
    }
    const up = (event: PointerEvent) => {
      root.removeEventListener('pointermove', move)
      if (dragged) return
      const span = lanes.spanAt(event.clientX, event.clientY)
      if (span === undefined) select(store, undefined)
      pickSpan(store, span)
    }
    root.setPointerCapture(down.pointerId)
    root.addEventListener('pointermove', move)
    root.addEventListener('pointerup', up, { once: true })
  })
  root.addEventListener('dblclick', (event) => {
    const span = lanes.spanAt(event.clientX, event.clientY)
    if (span === undefined) return zoom(store, 0.25, axis().time(xOf(event)))
    const { start, duration } = store.model.data.spans
    select(store, { from: start[span]!, to: start[span]! + duration[span]! })
    zoomToSelection(store)
  })
  followTouch(store, root, axis)
  followWheel(store, plots, xOf)
}

/**
 * The wheel zooms, but does not stop the page from scrolling: a scroll that began elsewhere goes on, and where there is
 * nothing more to zoom out, the page moves.
 */
function followWheel(store: Store, { root, axis }: Plots, xOf: (event: MouseEvent) => number): void {
  const pause = 250
  let scrolledAt = Number.NEGATIVE_INFINITY
  const isScroll = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) return false
    const outside = !(event.target instanceof Node && root.contains(event.target)) || xOf(event) < 0
    const nothingToDo = event.deltaX === 0 && event.deltaY > 0 && isWhole(store)
    return outside || nothingToDo || event.altKey || event.timeStamp - scrolledAt < pause
  }
  addEventListener(
    'wheel',
    (event) => {
      if (isScroll(event)) scrolledAt = event.timeStamp
    },
    { capture: true, passive: true },
  )
  root.addEventListener(
    'wheel',
    (event) => {
      if (event.timeStamp === scrolledAt) return
      event.preventDefault()
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 30
      const sideways = event.deltaX + (event.shiftKey ? event.deltaY : 0)
      if (sideways !== 0) pan(store, (sideways * unit) / axis().width)
      else zoom(store, Math.exp(event.deltaY * unit * 0.0018), axis().time(Math.max(0, xOf(event))))
    },
    { passive: false },
  )
}

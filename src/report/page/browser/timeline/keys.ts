import * as actions from '../actions.js'
import type { Store } from '../store.js'
import type { LanesView } from './lanes-view.js'

/** For the help, in the order of the help. */
export const keyHelp: readonly (readonly [keys: string, does: string])[] = [
  ['Wheel · W S · ↑ ↓', 'zoom in and out'],
  ['Shift + drag · A D · ← →', 'move earlier and later'],
  ['Shift + ← →', 'move the cursor'],
  ['Drag · [ ]', 'select a range; the keys set its start and its end at the cursor'],
  ['R', 'select what is shown'],
  ['Z', 'zoom to the selection'],
  ['0', 'show the whole recording'],
  ['J K', 'pick the next and the previous span that is not grey'],
  ['Enter', 'pick the span that is open at the cursor'],
  ['Page up and down', 'scroll the spans'],
  ['/', 'search; Enter leaves the field, Esc clears it too'],
  ['Esc', 'close, or clear the selection'],
  ['Double click', 'zoom to a span'],
]

const zoomStep = 0.7
const panStep = 0.15
const cursorStep = 0.01

/** Letters work wherever nobody types; arrows, Enter and paging while the timeline has the focus. */
export function followKeys(store: Store, timeline: HTMLElement, lanes: LanesView, focusSearch: () => void): () => void {
  const middle = () => {
    const { cursor, view } = store.state
    return cursor !== undefined && cursor >= view.from && cursor <= view.to ? cursor : (view.from + view.to) / 2
  }
  const anywhere: Record<string, () => void> = {
    w: () => actions.zoom(store, zoomStep, middle()),
    s: () => actions.zoom(store, 1 / zoomStep, middle()),
    a: () => actions.pan(store, -panStep),
    d: () => actions.pan(store, panStep),
    r: () => actions.select(store, { ...store.state.view }),
    z: () => actions.zoomToSelection(store),
    '0': () => actions.showAll(store),
    '[': () => actions.select(store, { from: middle(), to: store.state.selection?.to ?? store.state.view.to }),
    ']': () => actions.select(store, { from: store.state.selection?.from ?? store.state.view.from, to: middle() }),
    j: () => actions.step(store, 1),
    k: () => actions.step(store, -1),
    '/': focusSearch,
    escape: () => leave(store),
  }
  const focused: Record<string, () => void> = {
    arrowup: anywhere.w!,
    arrowdown: anywhere.s!,
    arrowleft: anywhere.a!,
    arrowright: anywhere.d!,
    home: () => actions.showAll(store),
    pageup: () => lanes.page(-1),
    pagedown: () => lanes.page(1),
    enter: () => actions.pickSpan(store, innermost(store, middle())),
    'shift+arrowleft': () => moveCursor(store, middle(), -1),
    'shift+arrowright': () => moveCursor(store, middle(), 1),
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const key = (event.shiftKey && event.key.startsWith('Arrow') ? 'shift+' : '') + event.key.toLowerCase()
    const act = anywhere[key] ?? (document.activeElement === timeline ? focused[key] : undefined)
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  addEventListener('keydown', press)
  return () => removeEventListener('keydown', press)
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement
}

function leave(store: Store): void {
  const { span, name } = store.state
  if (span !== undefined) store.set({ span: undefined })
  else if (name !== undefined) actions.pickName(store, undefined)
  else actions.select(store, undefined)
}

function moveCursor(store: Store, from: number, direction: 1 | -1): void {
  const { view } = store.state
  const to = from + direction * cursorStep * (view.to - view.from)
  store.set({ cursor: Math.min(view.to, Math.max(view.from, to)) })
}

/** Of the spans that are open at a moment and not grey, the one furthest down. */
function innermost(store: Store, time: number): number | undefined {
  const { start, duration } = store.model.data.spans
  const { row } = store.model.lanes
  let best: number | undefined
  for (let span = 0; span < start.length; span++) {
    const open = start[span]! <= time && start[span]! + duration[span]! >= time && store.state.highlighted.has(span)
    if (open && (best === undefined || row[span]! > row[best]!)) best = span
  }
  return best
}

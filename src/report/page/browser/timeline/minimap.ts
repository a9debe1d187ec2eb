import { show, zoom } from '../actions.js'
import { el } from '../dom.js'
import type { Store } from '../store.js'
import { color } from '../theme.js'
import { Axis, gutter, margin } from './axis.js'
import { font, prepare } from './canvas.js'

const height = 44
const handle = 7

/** The whole recording, small, with a window on what is shown: drag it, drag its edges, or drag a new one. */
export class Minimap {
  readonly root = el('canvas', { class: 'minimap', 'aria-hidden': 'true' })
  readonly #store: Store
  #axis: Axis
  /** The picture without the window, for the size and the colours that it was drawn for. */
  readonly #ground = el('canvas')
  #drawnFor = ''

  constructor(store: Store) {
    this.#store = store
    this.#axis = new Axis({ from: 0, to: store.duration }, 1)
    this.root.addEventListener('pointerdown', (event) => this.#drag(event))
    this.root.addEventListener('pointermove', (event) => {
      const part = this.#part(this.#x(event))
      this.root.style.cursor = part === 'new' ? 'crosshair' : part === 'move' ? 'grab' : 'ew-resize'
    })
    this.root.addEventListener('wheel', (event) => this.#wheel(event), { passive: false })
  }

  draw(width: number): void {
    const { view, look, selection } = this.#store.state
    this.#axis = new Axis({ from: 0, to: this.#store.duration }, width)
    const context = prepare(this.root, gutter + width + margin, height)
    if (this.#drawnFor !== `${width} ${look}`) {
      this.#drawGround(prepare(this.#ground, gutter + width + margin, height))
      this.#drawnFor = `${width} ${look}`
    }
    context.drawImage(this.#ground, 0, 0, gutter + width + margin, height)
    const left = gutter + this.#axis.x(view.from)
    const right = gutter + this.#axis.x(view.to)
    context.fillStyle = color('veil')
    context.fillRect(gutter, 0, left - gutter, height)
    context.fillRect(right, 0, gutter + width - right, height)
    if (selection !== undefined) {
      context.fillStyle = color('selection')
      const begin = gutter + this.#axis.x(selection.from)
      context.fillRect(begin, 0, Math.max(1, gutter + this.#axis.x(selection.to) - begin), height)
    }
    context.strokeStyle = context.fillStyle = color('accent')
    context.strokeRect(left + 0.5, 0.5, Math.max(2, right - left - 1), height - 1)
    for (const x of [left - 2, right - 2]) context.fillRect(x, height / 2 - 8, 4, 16)
  }

  #drawGround(context: CanvasRenderingContext2D): void {
    const axis = this.#axis
    context.fillStyle = color('sunken')
    context.fillRect(gutter, 0, axis.width, height)
    context.font = font
    context.textAlign = 'right'
    context.textBaseline = 'middle'
    context.fillStyle = color('muted')
    context.fillText('whole', gutter - 8, height / 2)
    const { cpu, thread } = this.#store.model
    const series = cpu ?? thread
    if (series === undefined) return
    const top = Math.max(100, series.stats(0, this.#store.duration).max)
    const { time, avg, max } = series.slice(0, this.#store.duration, axis.width)
    for (const [values, name] of [
      [max, 'cpu-edge'],
      [avg, 'cpu'],
    ] as const) {
      context.fillStyle = color(name)
      for (let i = 0, left = 0; i < time.length; i++) {
        const right = axis.x(time[i]!)
        const tall = ((height - 4) * (values[i] || 0)) / top
        context.fillRect(gutter + left, height - tall, Math.max(0.5, right - left), tall)
        left = right
      }
    }
  }

  #x(event: MouseEvent): number {
    return event.clientX - this.root.getBoundingClientRect().left - gutter
  }

  #part(x: number): 'new' | 'move' | 'from' | 'to' {
    const { from, to } = this.#store.state.view
    const left = this.#axis.x(from)
    const right = this.#axis.x(to)
    if (Math.abs(x - left) <= handle && x < (left + right) / 2) return 'from'
    if (Math.abs(x - right) <= handle) return 'to'
    const whole = to - from >= this.#store.duration
    return x > left && x < right && !whole ? 'move' : 'new'
  }

  #drag(down: PointerEvent): void {
    const start = this.#x(down)
    const part = this.#part(start)
    const { from, to } = this.#store.state.view
    const move = (event: PointerEvent) => {
      const time = this.#axis.time(this.#x(event))
      const began = this.#axis.time(start)
      if (part === 'from') show(this.#store, Math.min(time, to), to)
      else if (part === 'to') show(this.#store, from, Math.max(time, from))
      else if (part === 'move') show(this.#store, from + time - began, to + time - began)
      else if (Math.abs(this.#x(event) - start) > 3)
        show(this.#store, Math.max(0, Math.min(began, time)), Math.max(began, time))
    }
    const up = (event: PointerEvent) => {
      this.root.removeEventListener('pointermove', move)
      const clicked = Math.abs(this.#x(event) - start) <= 3
      const middle = this.#axis.time(start)
      if (clicked && part === 'new') show(this.#store, middle - (to - from) / 2, middle + (to - from) / 2)
    }
    this.root.setPointerCapture(down.pointerId)
    this.root.addEventListener('pointermove', move)
    this.root.addEventListener('pointerup', up, { once: true })
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    zoom(this.#store, Math.exp(event.deltaY * 0.0015), this.#axis.time(this.#x(event)))
  }
}

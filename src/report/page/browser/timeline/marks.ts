import type { Paint } from './palette.js'

const opacity = 0.55

/** Marks of a pixel, gathered by their paint: another brush for each of them takes longer than the mark itself. */
export class Marks {
  readonly #height: number
  /** Of each paint x, y and width, one after the other. Neighbours are one. */
  readonly #found = new Map<Paint, number[]>()

  constructor(height: number) {
    this.#height = height
  }

  /** To be called from left to right in each row. */
  add(paint: Paint, x: number, y: number): void {
    let marks = this.#found.get(paint)
    if (marks === undefined) {
      marks = []
      this.#found.set(paint, marks)
    }
    const last = marks.length - 3
    if (last >= 0 && marks[last + 1] === y && marks[last]! + marks[last + 2]! === x) marks[last + 2]!++
    else marks.push(x, y, 1)
  }

  draw(context: CanvasRenderingContext2D): void {
    context.globalAlpha = opacity
    for (const [{ strip }, marks] of this.#found) {
      context.fillStyle = strip
      for (let i = 0; i < marks.length; i += 3) context.fillRect(marks[i]!, marks[i + 1]!, marks[i + 2]!, this.#height)
    }
    context.globalAlpha = 1
  }
}

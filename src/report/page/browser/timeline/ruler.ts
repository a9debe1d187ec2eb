import { el } from '../dom.js'
import { formatMoment } from '../format.js'
import { color } from '../theme.js'
import { type Axis, gutter, margin, ticksOf } from './axis.js'
import { font, prepare } from './canvas.js'

const height = 22

/** The moments above the plots. */
export class Ruler {
  readonly root = el('canvas', { class: 'ruler', 'aria-hidden': 'true' })

  draw(axis: Axis): void {
    const context = prepare(this.root, gutter + axis.width + margin, height)
    const { step, times } = ticksOf(axis, 96)
    context.font = font
    context.fillStyle = color('muted')
    context.strokeStyle = color('line')
    context.textBaseline = 'middle'
    for (const time of times) {
      const x = gutter + axis.x(time)
      const text = formatMoment(time, step)
      const half = context.measureText(text).width / 2
      context.textAlign = x + half > gutter + axis.width + margin ? 'right' : 'center'
      context.fillText(text, x, height / 2 - 2)
      context.beginPath()
      context.moveTo(x, height - 5)
      context.lineTo(x, height)
      context.stroke()
    }
  }
}

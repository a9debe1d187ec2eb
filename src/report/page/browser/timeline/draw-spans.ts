import type { ReportProcess } from '../../../data.js'
import { flagNames, flagSigns } from '../model/flags.js'
import type { Lanes } from '../model/lanes.js'
import { lowerBound } from '../model/pyramid.js'
import { color } from '../theme.js'
import type { Axis } from './axis.js'
import { fitted, font } from './canvas.js'
import { Marks } from './marks.js'
import { greyed, type Paint, paintsOfNames } from './palette.js'

export const rowHeight = 20
const barHeight = 18
const stripHeight = 4

export interface SpanPicture {
  spans: ReportProcess['spans']
  lanes: Lanes
  axis: Axis
  /** The rows that are seen begin at this pixel, and are so high. */
  top: number
  height: number
  /** How many of the first n spans, by `lanes.order`, the search finds; undefined: it finds all. */
  found: Uint32Array | undefined
  picked: number | undefined
}

/** Draws the rows that are seen. Of spans below a pixel, one stands for its neighbours. */
export function drawSpans(context: CanvasRenderingContext2D, picture: SpanPicture): void {
  context.font = font
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  const pen: Pen = {
    paintOf: paintsOfNames(),
    marks: new Marks(barHeight),
    grey: greyed(),
    text: color('bar-text'),
    muted: color('muted'),
    error: color('error'),
  }
  const first = Math.floor(picture.top / rowHeight)
  const last = Math.min(picture.lanes.rows - 1, Math.floor((picture.top + picture.height) / rowHeight))
  for (let row = first; row <= last; row++) drawRow(context, picture, row, pen)
  pen.marks.draw(context)
  drawPicked(context, picture)
}

interface Pen {
  paintOf: (name: number) => Paint
  marks: Marks
  grey: Paint
  text: string
  muted: string
  error: string
}

function drawRow(context: CanvasRenderingContext2D, picture: SpanPicture, row: number, pen: Pen): void {
  const { lanes, axis, top, found, spans } = picture
  const y = row * rowHeight - top + 1
  const end = lanes.begin[row + 1]!
  let at = lowerBound(lanes.ends, axis.from, lanes.begin[row]!, end)
  while (at < end && lanes.starts[at]! <= axis.to) {
    const left = axis.x(lanes.starts[at]!)
    const right = axis.x(lanes.ends[at]!)
    const beyond = right - left >= 1 ? at + 1 : afterPixel(lanes, axis.time(Math.floor(left) + 1), at, end)
    const isFound = found === undefined || found[beyond]! > found[at]!
    const name = spans.name[lanes.order[at]!]!
    const paint = isFound ? pen.paintOf(name) : pen.grey
    if (beyond > at + 1 || right - left < 1) pen.marks.add(paint, Math.floor(left), y)
    else drawBar(context, picture, lanes.order[at]!, { left, right, y, paint, isFound }, pen)
    at = beyond
  }
}

/** The first span of the row that one mark of a pixel does not stand for. The last that begins in it may be a long one. */
function afterPixel({ starts, ends }: Lanes, pixelEnd: number, at: number, end: number): number {
  const beyond = lowerBound(starts, pixelEnd, at + 1, end)
  return beyond > at + 1 && ends[beyond - 1]! > pixelEnd ? beyond - 1 : beyond
}

interface Bar {
  left: number
  right: number
  y: number
  paint: Paint
  isFound: boolean
}

function drawBar(
  context: CanvasRenderingContext2D,
  { spans, axis }: SpanPicture,
  span: number,
  bar: Bar,
  pen: Pen,
): void {
  const { paint, y, isFound } = bar
  const left = Math.max(-1, bar.left)
  const width = Math.min(axis.width + 1, bar.right) - left
  // A hair between neighbours, where there is room for it.
  context.fillStyle = paint.fill
  context.fillRect(left, y, width > 4 ? width - 1 : width, barHeight)

  const share = Math.min(1, spans.selfMs[span]! / spans.duration[span]!)
  if (share > 0) {
    // Nobody knows when in its time a span ran: the strip is a share, also of what is seen of the bar.
    context.fillStyle = paint.strip
    context.fillRect(left, y + barHeight - stripHeight, Math.max(0.5, share * width), stripHeight)
  }
  const flags = isFound ? spans.flags[span]! : 0
  if (flags & (1 << flagNames.indexOf('error'))) {
    context.fillStyle = pen.error
    context.fillRect(left, y, 2, barHeight)
  }
  if (width < 18) return
  const text = fitted(context, signsOf(flags) + spans.names[spans.name[span]!]!, width - 9)
  context.fillStyle = isFound ? pen.text : pen.muted
  if (text !== '') context.fillText(text, left + 5, y + (barHeight - stripHeight) / 2 + 1)
}

function signsOf(flags: number): string {
  const signs = flagSigns.filter((sign, i) => sign !== '' && (flags >> i) & 1)
  return signs.length > 0 ? `${signs.join('')} ` : ''
}

function drawPicked(context: CanvasRenderingContext2D, { spans, lanes, axis, top, picked }: SpanPicture): void {
  if (picked === undefined) return
  const left = axis.x(spans.start[picked]!)
  const width = Math.max(3, axis.x(spans.start[picked]! + spans.duration[picked]!) - left)
  context.strokeStyle = color('text')
  context.lineWidth = 2
  context.strokeRect(left, lanes.row[picked]! * rowHeight - top + 1, width, barHeight)
}

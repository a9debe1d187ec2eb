import uPlot from 'uplot'
import { el } from '../dom.js'
import type { State } from '../store.js'
import { color } from '../theme.js'
import { type Axis, decimalStep, gutter, margin, ticksOf } from './axis.js'
import { font } from './canvas.js'
import type { Panel } from './panels.js'

const height = 77

/** One chart: the extremes as a band, the average as a line, and what it is at the cursor. */
export class Chart {
  readonly root: HTMLElement
  readonly #panel: Panel
  readonly #readout = el('span', { class: 'readout' })
  readonly #plot = el('div', { class: 'plot', 'aria-hidden': 'true' })
  #uplot: uPlot | undefined
  #axis: Axis | undefined

  constructor(panel: Panel) {
    this.#panel = panel
    const title = el(
      'div',
      { class: 'panel-title' },
      el('h3', {}, panel.title),
      el('span', { class: 'note' }, panel.note),
      this.#readout,
    )
    this.root = el('div', { class: 'panel' }, title, this.#plot)
  }

  draw(axis: Axis): void {
    this.#axis = axis
    const width = gutter + axis.width + margin
    const data = this.#data(axis)
    if (this.#uplot === undefined) this.#uplot = new uPlot(this.#options(width), data, this.#plot)
    else {
      if (this.#uplot.width !== width) this.#uplot.setSize({ width, height })
      this.#uplot.setData(data)
    }
  }

  /** Colours may have changed. */
  recolor(): void {
    this.#uplot?.redraw(false, true)
  }

  /** The value at the cursor; without one, of what is selected or shown. */
  read({ cursor, selection, view }: State): void {
    const { series, format } = this.#panel
    if (cursor === undefined) {
      const { from, to } = selection ?? view
      const { avg, max } = series.stats(from, to)
      this.#readout.textContent = `avg ${format(avg)} · max ${format(max)}`
      return
    }
    const at = series.indexAt(cursor)
    const { min, avg, max } = series.levels[0]
    const folded = at >= 0 && min[at] !== max[at] ? ` (${format(min[at]!)} to ${format(max[at]!)})` : ''
    this.#readout.textContent = at < 0 ? '–' : format(avg[at]!) + folded
  }

  dispose(): void {
    this.#uplot?.destroy()
  }

  #data(axis: Axis): uPlot.AlignedData {
    const { time, min, avg, max } = this.#panel.series.slice(axis.from, axis.to, axis.width / 3)
    const known = (values: number[]) => values.map((value) => (Number.isNaN(value) ? null : value))
    return [time, known(max), known(min), known(avg)]
  }

  #options(width: number): uPlot.Options {
    const { range, color: name, holds } = this.#panel
    const paths = uPlot.paths.stepped!({ align: holds === 'before' ? -1 : 1 })
    const common = { paths, points: { show: false }, width: 1 }
    const line = () => color('line')
    return {
      width,
      height,
      padding: [6, margin, 7, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [this.#axis!.from, this.#axis!.to] }, y: { range: () => range } },
      series: [
        {},
        { ...common, stroke: () => color(`${name}-edge`) },
        { ...common, stroke: () => color(`${name}-edge`) },
        { ...common, stroke: () => color(name), width: 1.25 },
      ],
      bands: [{ series: [1, 2], fill: () => color(`${name}-band`) }],
      axes: [
        {
          size: 0,
          ticks: { show: false },
          grid: { stroke: line, width: 1 },
          splits: () => ticksOf(this.#axis!, 96).times,
          values: () => [],
        },
        {
          size: gutter,
          font,
          stroke: () => color('muted'),
          ticks: { show: false },
          gap: 6,
          grid: { stroke: line, width: 1 },
          splits: () => this.#splits(),
          values: (_, splits) => splits.map((value) => this.#panel.format(value)),
        },
      ],
      hooks: { draw: [(plot) => this.#drawLimits(plot)] },
    }
  }

  #splits(): number[] {
    const { range, base } = this.#panel
    const [low, high] = range
    const unit = base === 1024 ? 1024 ** Math.floor(Math.log(high) / Math.log(1024)) : 1
    const step = decimalStep((high - low) / 2.6 / unit) * unit
    const splits: number[] = []
    for (let i = Math.ceil(low / step); i * step <= high; i++) splits.push(i * step)
    return splits
  }

  #drawLimits({ ctx, bbox, valToPos }: uPlot): void {
    const ratio = devicePixelRatio
    const right = bbox.left + bbox.width
    ctx.save()
    ctx.font = font.replace('12px', `${11 * ratio}px`)
    ctx.textAlign = 'right'
    ctx.textBaseline = 'middle'
    for (const { value, label } of this.#panel.limits) {
      const y = Math.round(valToPos(value, 'y', true)) + 0.5
      // The line ends where its label begins.
      const end = right - ctx.measureText(label).width - 8 * ratio
      ctx.strokeStyle = ctx.fillStyle = color('text')
      ctx.lineWidth = ratio
      ctx.setLineDash([6 * ratio, 4 * ratio])
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(end, y)
      ctx.stroke()
      ctx.lineWidth = 4 * ratio
      ctx.setLineDash([])
      ctx.strokeStyle = color('surface')
      ctx.strokeText(label, right - 2 * ratio, y)
      ctx.fillText(label, right - 2 * ratio, y)
    }
    ctx.restore()
  }
}

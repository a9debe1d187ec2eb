import type { ReportData } from '../../../data.js'
import { formatBytes, formatPercent } from '../format.js'
import type { ProcessModel } from '../model/process.js'
import type { Holds, Pyramid } from '../model/pyramid.js'

/** A chart of the timeline. */
export interface Panel {
  title: string
  /** Unit, and what else must be known to read it. */
  note: string
  /** Name of its colour in the style sheet. */
  color: string
  series: Pyramid
  holds: Holds
  format: (value: number) => string
  /** What the chart reaches from and to. */
  range: [number, number]
  /** In what steps the axis is labelled. */
  base: 1 | 1024
  /** Lines that are no data. */
  limits: { value: number; label: string }[]
}

/** The charts that there is data for, from the top. */
export function panelsOf(model: ProcessModel, machine: ReportData['machine']): Panel[] {
  const percent = { format: formatPercent, holds: 'before', base: 1, limits: [] } as const
  const panels: (Omit<Panel, 'series' | 'limits'> & {
    series: Pyramid | undefined
    limits: readonly Panel['limits'][0][]
  })[] = [
    { title: 'Process CPU', color: 'cpu', series: model.cpu, ...percent, ...cpuScale(model.cpu, machine) },
    {
      title: 'JavaScript thread',
      note: 'CPU in % of one core',
      color: 'thread',
      series: model.thread,
      ...percent,
      range: [0, Math.max(105, peak(model.thread) * 1.05)],
    },
    {
      title: 'Memory',
      color: 'memory',
      series: model.memory,
      holds: 'after',
      format: formatBytes,
      base: 1024,
      ...memoryScale(model.memory, machine),
    },
    {
      title: 'Run delay',
      note: 'JavaScript thread ready but without a CPU, % of the time',
      color: 'wait',
      series: model.wait,
      ...percent,
      range: [0, shareTop(model.wait)],
    },
    {
      title: 'Throttling',
      note: 'by the CPU limit of the cgroup, % of the time',
      color: 'throttled',
      series: model.throttled,
      ...percent,
      range: [0, shareTop(model.throttled)],
    },
  ]
  return panels.flatMap(({ series, limits, ...panel }) =>
    series === undefined ? [] : [{ ...panel, series, limits: [...limits] }],
  )
}

/** The line of the cores is in the picture where that leaves the data a third of the height, and else in words. */
function cpuScale(cpu: Pyramid | undefined, { cores, cpuLimit }: ReportData['machine']) {
  const top = Math.max(100, peak(cpu))
  const all = { value: cores * 100, label: cores === 1 ? '1 core' : `${cores} cores` }
  const limits = [all]
  if (cpuLimit !== undefined) limits.push({ value: cpuLimit * 100, label: `limit of ${cpuLimit} cores` })
  const seen = limits.filter(({ value }) => value <= top * 3)
  const unseen = limits
    .filter(({ value }) => value > top * 3)
    .map(({ value, label }) => `${label}: ${formatPercent(value)}`)
  const highest = Math.max(top, ...seen.map(({ value }) => value))
  const range: [number, number] = [0, highest * 1.08]
  return { range, limits: seen, note: ['% of one core', ...unseen].join(' · ') }
}

function memoryScale(memory: Pyramid | undefined, { memoryLimit }: ReportData['machine']) {
  const { min, max } = memory?.stats(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ?? { min: 0, max: 0 }
  const room = Math.max((max - min) * 0.1, 2 ** 20)
  const note = memoryLimit === undefined ? 'resident set' : `resident set · limit: ${formatBytes(memoryLimit)}`
  const range: [number, number] = [Math.max(0, min - room), max + room]
  const limits = memoryLimit !== undefined && memoryLimit <= range[1] ? [{ value: memoryLimit, label: 'limit' }] : []
  return { range, limits, note }
}

function peak(series: Pyramid | undefined): number {
  const { max } = series?.stats(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ?? { max: 0 }
  return Number.isNaN(max) ? 0 : max
}

function shareTop(series: Pyramid | undefined): number {
  return Math.max(10, peak(series) * 1.1)
}

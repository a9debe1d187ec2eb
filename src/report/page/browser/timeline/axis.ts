import type { Range } from '../../../by-name.js'

/** Width of the labels left of all plots, and of the free space right of them, in CSS pixels. */
export const gutter = 62
export const margin = 16

/** Moments and pixels of the plots, which all begin at the same pixel. */
export class Axis {
  readonly from: number
  readonly to: number
  /** Of the plots, in CSS pixels. */
  readonly width: number

  constructor({ from, to }: Range, width: number) {
    this.from = from
    this.to = to
    this.width = width
  }

  x(time: number): number {
    return ((time - this.from) / (this.to - this.from)) * this.width
  }

  time(x: number): number {
    return this.from + (x / this.width) * (this.to - this.from)
  }

  get msPerPixel(): number {
    return (this.to - this.from) / this.width
  }
}

const minute = 60_000
const hour = 60 * minute
const longSteps = [1, 2, 5, 10, 15, 30].map((n) => n * 1000)
const longerSteps = [1, 2, 5, 10, 15, 30].map((n) => n * minute)
const longestSteps = [1, 2, 3, 6, 12, 24, 48, 168, 720, 8760].map((n) => n * hour)

/** Round moments that are at least so many pixels apart, and how far they are. */
export function ticksOf(axis: Axis, pixels: number): { step: number; times: number[] } {
  const step = roundStep(axis.msPerPixel * pixels)
  const times: number[] = []
  // Counted, not added up, so that they are exact.
  for (let i = Math.ceil(axis.from / step); i * step <= axis.to; i++) times.push(i * step)
  return { step, times }
}

function roundStep(least: number): number {
  const long = [...longSteps, ...longerSteps, ...longestSteps].find((step) => step >= least)
  return least > 500 ? (long ?? least) : decimalStep(least)
}

/** 1, 2 or 5 times a power of ten. */
export function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10)
}

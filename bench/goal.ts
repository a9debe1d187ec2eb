export type Read = (name: string, variant: string, metric: string) => number

export interface Goal {
  what: string
  case: string
  reach: string
  measured(read: Read): string
  /** The physical limit, measured in the same run where it can be. */
  limit(read: Read): string
  /** What users have today, in the same run. */
  peers(read: Read): string
  /** Whether it is one of those that a user decides by. */
  forUsers?: true
}

export type Format = (value: number) => string

/** What was measured, and whether it misses the goal: by what a reader sees of it. */
export const atMost = (most: number, value: number, format: Format) => judged(format(value), (shown) => shown <= most)
export const atLeast = (least: number, value: number, format: Format) =>
  judged(format(value), (shown) => shown >= least)

export function judged(text: string, isMet: (shown: number) => boolean): string {
  return isMet(Number.parseFloat(text)) ? text : `${text} (missed)`
}

export const percent = (value: number) => `${value.toFixed(1)} %`
export const micro = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} µs`
export const milli = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
export const whole = (value: number) => value.toFixed(0)
export const bare = (value: number) => value.toFixed(1)
export const nano = (value: number) => `${value.toFixed(0)} ns`
export const mega = (value: number) => `${value.toFixed(1)} MB`
export const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)}×`

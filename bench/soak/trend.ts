/** Whether a figure grew in the second half of a run. */
export interface Trend {
  mean: number
  /** By how much, along the line that fits best, and between which bounds with a confidence of 95 %. */
  growth: { value: number; low: number; high: number }
  growing: boolean
}

/** How many values there must be. */
export const fewest = 20

const blocks = 10
/** Student's t for 95 % and the degrees of freedom that a line through ten points leaves. */
const t = 2.306
/** Of the mean. A process that warms up or that allocates in pages grows by a little, and then no more. */
const negligible = 0.01

/**
 * Fits a line to the second half of the values, which were taken at even distances. Neighbouring values depend on each
 * other, as all do until the next collection of garbage, so it is the means of ten blocks that are fitted. It grows if even
 * the lower bound is more than a hundredth of its mean.
 */
export function trendOf(values: readonly number[]): Trend {
  if (values.length < fewest) throw new RangeError(`a trend takes at least ${fewest} values, got ${values.length}`)
  const half = values.slice(Math.floor(values.length / 2))
  const means = Array.from({ length: blocks }, (_, i) => {
    const at = (block: number) => Math.round((block * half.length) / blocks)
    return meanOf(half.slice(at(i), at(i + 1)))
  })
  const mean = meanOf(means)
  const middle = (blocks - 1) / 2
  const spread = sumOf(means, (_, i) => (i - middle) ** 2)
  const slope = sumOf(means, (value, i) => (i - middle) * value) / spread
  const scatter = sumOf(means, (value, i) => (value - mean - slope * (i - middle)) ** 2) / (blocks - 2)
  const error = t * Math.sqrt(scatter / spread)
  const growth = { value: slope * blocks, low: (slope - error) * blocks, high: (slope + error) * blocks }
  return { mean, growth, growing: growth.low > negligible * mean }
}

function sumOf(values: readonly number[], of: (value: number, i: number) => number): number {
  return values.reduce((sum, value, i) => sum + of(value, i), 0)
}

function meanOf(values: readonly number[]): number {
  return sumOf(values, (value) => value) / values.length
}

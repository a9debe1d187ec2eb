/** How a figure went in the second half of a run. */
export interface Trend {
  mean: number
  /** By how much it grew, along the line that fits, and between which bounds with a confidence of 95 %. */
  growth: { value: number; low: number; high: number }
  verdict: 'growing' | 'flat' | 'unclear'
}

/** How many values there must be. */
export const fewest = 20

const blocks = 10
/** Of the mean. A process that warms up or that allocates in pages grows by a little, and then no more. */
const negligible = 0.01
/** Of the mean. Where the upper bound is above that, there may be a growth that was not seen. */
const notable = 0.05

/**
 * Fits a line to the second half of the values, which were taken at even distances.
 *
 * Neighbouring values depend on each other, as all do until the next collection of garbage: taken one by one they would
 * promise a confidence that they do not have. So it is the means of ten blocks that are fitted, each longer than what
 * comes back in turn.
 *
 * The line is that of Theil and Sen, the median of all slopes between two blocks, with the bounds that Kendall's rank
 * correlation gives them: it takes no distribution for granted, which such figures do not have, and up to three blocks in
 * which something happened once, as an arena of malloc more, move it little, where least squares would follow them.
 */
export function trendOf(values: readonly number[]): Trend {
  if (values.length < fewest) throw new RangeError(`a trend takes at least ${fewest} values, got ${values.length}`)
  const half = values.slice(Math.floor(values.length / 2))
  const at = (block: number) => Math.round((block * half.length) / blocks)
  const means = Array.from({ length: blocks }, (_, i) => meanOf(half.slice(at(i), at(i + 1))))
  const slopes = means.flatMap((mean, i) => means.slice(0, i).map((before, j) => (mean - before) / (i - j)))
  slopes.sort((a, b) => a - b)
  const left = (slopes.length - 1) / 2
  const value = blocks * ((slopes[Math.floor(left)]! + slopes[Math.ceil(left)]!) / 2)
  const low = blocks * slopes[outermost]!
  const high = blocks * slopes[slopes.length - 1 - outermost]!
  const mean = meanOf(means)
  const verdict = low > negligible * mean ? 'growing' : high > notable * mean ? 'unclear' : 'flat'
  return { mean, growth: { value, low, high }, verdict }
}

/** So many slopes at either end are outside of the bounds. */
const outermost = outside(blocks, 0.025)

/** So few of all pairs of `count` values, or fewer, are in the wrong order with at most that probability, by chance. */
function outside(count: number, probability: number): number {
  // How many of all orders of the values have 0, 1, 2, … such pairs.
  let orders = [1]
  for (let length = 2; length <= count; length++) {
    const longer = new Array<number>(orders.length + length - 1).fill(0)
    for (const [pairs, number] of orders.entries()) for (let i = 0; i < length; i++) longer[pairs + i]! += number
    orders = longer
  }
  const all = orders.reduce((sum, number) => sum + number)
  let pairs = 0
  for (let sum = orders[0]!; sum + orders[pairs + 1]! <= probability * all; ) sum += orders[++pairs]!
  return pairs
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

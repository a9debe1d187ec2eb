/** The log of the burner: begin, end, CPU at the begin and at the end of each burst, in ms. */
export type Bursts = Float64Array

const width = 4
/** A burst that lost more of its length was preempted: when it ran is not known. Less is spread over the burst. */
const tolerance = 0.02

/** What a thread spends between two bursts, on falling asleep and waking up: half of it is put beside either burst. */
function besides(bursts: Bursts, i: number): number {
  return i >= width && i < bursts.length ? Math.max(0, bursts[i + 2]! - bursts[i - 1]!) / 2 : 0
}

/** CPU time of a burst over its length: reading the clocks at its edges may make it a little more than 1. */
function load(bursts: Bursts, i: number): number {
  return (bursts[i + 3]! - bursts[i + 2]!) / (bursts[i + 1]! - bursts[i]!)
}

/** How much the burner worked between two moments, in ms; undefined where a burst in it was preempted. */
export function truth(bursts: Bursts, from: number, to: number): number | undefined {
  let busy = 0
  for (let i = first(bursts, from); i < bursts.length; i += width) {
    const begin = bursts[i]! - besides(bursts, i)
    const end = bursts[i + 1]! + besides(bursts, i + width)
    if (begin >= to) break
    if (end <= from) continue
    const share = load(bursts, i)
    if (Math.abs(share - 1) > tolerance) return undefined
    busy += share * (Math.min(end, to) - Math.max(begin, from))
  }
  return busy
}

/** A burst that begins at or before a moment, with one more before it. */
function first(bursts: Bursts, time: number): number {
  let [low, high] = [0, bursts.length / width]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (bursts[middle * width]! <= time) low = middle
    else high = middle
  }
  return Math.max(0, low - 1) * width
}

import type { SampleColumns } from '../../types.js'
import { toMs } from './clock.js'
import type { CpuClock, CpuClocks } from './cpu-clock.js'
import { Fold } from './fold.js'
import type { History } from './history.js'
import { Slot } from './layout.js'
import { Points, type Query } from './points.js'
import { Rates } from './rates.js'
import type { Ring } from './ring.js'

/** A window as at most `maxPoints` points for a plot, each the fold of as many samples as it takes. */
export function sampleColumns(history: History, query: Query, maxPoints: number, clocks: CpuClocks): SampleColumns {
  const points = new Points(history.process, query)
  const ends = bucketEnds(points, maxPoints)
  // A series with rows of its own may know of a time before the first point; no point stands for it.
  const start = points.count > 0 ? points.column(Slot.time)[0]! : 0
  const fold = (ring: Ring, line: Points, slot: number, clock: CpuClock) => rates(line, slot, clock, ring, ends, start)
  const cpu = fold(history.process, points, Slot.cpu, clocks.process)
  const columns: SampleColumns = { timeMs: ends.map(toMs), cpu: cpu.take() }
  const thread = history.thread && fold(history.thread, new Points(history.thread, query), Slot.thread, clocks.thread)
  const memory = history.memory && gauges(new Points(history.memory, query), Slot.resident, ends, start)
  const [threadSeries, memorySeries] = [thread?.take(), memory?.take()]
  if (threadSeries && thread?.known) columns.thread = threadSeries
  if (memorySeries && memory?.known) columns.memory = memorySeries
  return columns
}

function bucketEnds(points: Points, maxPoints: number): Float64Array {
  const pieces = Math.max(0, points.count - 1)
  if (pieces === 0) return new Float64Array(0)
  const group = Math.ceil(pieces / maxPoints)
  const time = points.column(Slot.time)
  const ends = new Float64Array(Math.ceil(pieces / group))
  for (let i = 0; i < ends.length; i++) ends[i] = time[Math.min((i + 1) * group, pieces)]!
  return ends
}

/** The slopes of a CPU clock, in % of one core. */
function rates(points: Points, slot: number, clock: CpuClock, ring: Ring, ends: Float64Array, start: number): Fold {
  const fold = new Fold(ends, start)
  if (points.count === 0) return fold
  const time = points.column(Slot.time)
  const rates = new Rates(points, slot, clock, ring)
  for (let i = 1; i < rates.bounds.length; i++) {
    const rate = rates.of(i - 1)
    fold.add(time[rates.bounds[i - 1]!]!, time[rates.bounds[i]!]!, rate, rate, rate)
  }
  return fold
}

/** A gauge moves in a straight line between its points. */
function gauges(points: Points, slot: number, ends: Float64Array, start: number): Fold {
  const fold = new Fold(ends, start)
  if (points.count === 0) return fold
  const time = points.column(Slot.time)
  const value = points.column(slot)
  for (let i = 1; i < points.count; i++) {
    const a = value[i - 1]!
    const b = value[i]!
    fold.add(time[i - 1]!, time[i]!, (a + b) / 2, Math.min(a, b), Math.max(a, b))
  }
  return fold
}

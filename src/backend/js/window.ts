import type { ResourceStats } from '../../types.js'
import { toMs } from './clock.js'
import type { CpuClock, CpuClocks } from './cpu-clock.js'
import type { History } from './history.js'
import { Slot } from './layout.js'
import { Points, type Query } from './points.js'
import { Rates } from './rates.js'
import type { Ring } from './ring.js'

type Block<K extends keyof ResourceStats> = NonNullable<ResourceStats[K]>

/** What the resources did in a window. A block of which nothing is known is left out. */
export function windowStats(history: History, query: Query, clocks: CpuClocks): ResourceStats {
  const stats = processStats(history, query, clocks.process)
  const thread = threadStats(history.thread, query, clocks.thread)
  const memory = memoryStats(history.memory, query)
  if (thread) stats.thread = thread
  if (memory) stats.memory = memory
  const usage = load(history.usage, query)
  if (usage) {
    stats.faults = { minor: usage.used(Slot.minorFaults), major: usage.used(Slot.majorFaults) }
    stats.contextSwitches = {
      voluntary: usage.used(Slot.voluntarySwitches),
      involuntary: usage.used(Slot.involuntarySwitches),
    }
  }
  return stats
}

function processStats(history: History, query: Query, clock: CpuClock): ResourceStats {
  const points = new Points(history.process, query, history.period)
  const { samples } = points
  const length = query.to - query.from
  const durationMs = toMs(length)
  if (points.count === 0) return { durationMs, samples, coverage: 0, maxGapMs: durationMs }
  return {
    durationMs,
    samples,
    coverage: length > 0 ? Math.min(1, points.used(Slot.covered) / length) : 1,
    maxGapMs: maxGapMs(points),
    overheadMs: toMs(points.used(Slot.sampler)),
    cpu: cpuStats(points, history.process, clock),
  }
}

function cpuStats(points: Points, ring: Ring, clock: CpuClock): Block<'cpu'> {
  const rates = new Rates(points, Slot.cpu, clock, ring)
  const [p50, p95, p99] = [rates.quantile(0.5), rates.quantile(0.95), rates.quantile(0.99)]
  return { timeMs: toMs(rates.used), avg: rates.avg, min: rates.min, max: rates.max, p50, p95, p99 }
}

function threadStats(ring: Ring | undefined, query: Query, clock: CpuClock): Block<'thread'> | undefined {
  const points = load(ring, query)
  if (!ring || !points) return undefined
  const { used, avg, max } = new Rates(points, Slot.thread, clock, ring)
  return { timeMs: toMs(used), avg, max }
}

/** The average is that of the polyline: samples weigh by the time around them. */
function memoryStats(ring: Ring | undefined, query: Query): Block<'memory'> | undefined {
  const points = load(ring, query)
  if (!points) return undefined
  const time = points.column(Slot.time)
  const resident = points.column(Slot.resident)
  const last = points.count - 1
  const start = resident[0]!
  let min = start
  let max = start
  let area = 0
  for (let i = 1; i <= last; i++) {
    const value = resident[i]!
    if (value < min) min = value
    if (value > max) max = value
    area += ((resident[i - 1]! + value) / 2) * (time[i]! - time[i - 1]!)
  }
  const avg = points.duration > 0 ? area / points.duration : start
  return { avg, min, max, start, end: resident[last]!, peak: points.column(Slot.peak)[last]! }
}

function load(ring: Ring | undefined, query: Query): Points | undefined {
  if (ring === undefined) return undefined
  const points = new Points(ring, query)
  return points.count > 0 ? points : undefined
}

function maxGapMs(points: Points): number {
  const time = points.column(Slot.time)
  let gap = 0
  for (let i = 1; i < points.count; i++) gap = Math.max(gap, time[i]! - time[i - 1]!)
  return toMs(gap)
}

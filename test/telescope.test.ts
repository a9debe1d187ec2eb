import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type ResourceStats } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { DiskFile } from './helpers/disk'
import { sum } from './helpers/numbers'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'

beforeAll(settle)

/** Random numbers in [0, 1) that are the same in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Something of everything that is counted, uneven in time. */
async function work(): Promise<void> {
  using file = new DiskFile()
  const held: Buffer[] = []
  for (let i = 0; i < 30; i++) {
    burn((i * 7) % 11)
    held.push(Buffer.alloc(((i * 5) % 7) * 2 ** 18).fill(1))
    writeSync(file.descriptor, new Uint8Array(((i * 3) % 5) * 2 ** 14))
    await sleep((i * 13) % 17)
  }
}

type Value = (stats: ResourceStats) => number | undefined

/** Everything that grows: what two adjacent windows have of it, the window over both has together. */
const counters: Record<string, Value> = {
  durationMs: (stats) => stats.durationMs,
  samples: (stats) => stats.samples,
  overheadMs: (stats) => stats.overheadMs,
  covered: (stats) => stats.coverage * stats.durationMs,
  'cpu.timeMs': (stats) => stats.cpu!.timeMs,
  // An average is weighted by time.
  'cpu.avg': (stats) => (stats.cpu!.avg * stats.durationMs) / 100,
  'thread.timeMs': (stats) => stats.thread?.timeMs,
  'thread.waitMs': (stats) => stats.thread?.waitMs,
  'faults.minor': (stats) => stats.faults?.minor,
  'faults.major': (stats) => stats.faults?.major,
  'contextSwitches.voluntary': (stats) => stats.contextSwitches?.voluntary,
  'contextSwitches.involuntary': (stats) => stats.contextSwitches?.involuntary,
  'io.readBytes': (stats) => stats.io?.readBytes,
  'io.writeBytes': (stats) => stats.io?.writeBytes,
  'network.receiveBytes': (stats) => stats.network?.receiveBytes,
  'network.transmitBytes': (stats) => stats.network?.transmitBytes,
  'cgroup.throttledMs': (stats) => stats.cgroup?.throttledMs,
}

/** How long the CPU clock of the process takes to be read here, in ms. */
function costOfReading(): number {
  const rounds = Array.from({ length: 20 }, () => {
    const begin = performance.now()
    for (let i = 0; i < 50; i++) process.cpuUsage()
    return (performance.now() - begin) / 50
  })
  return Math.min(...rounds)
}
const readingMs = costOfReading()

/**
 * Times go through floating-point milliseconds. The total of the process is that of two clocks, read one after the
 * other, and never negative: where nothing ran, a part may have too much what was used between the two, a microsecond or
 * two readings. The rest is counted in ones.
 */
function doubt(name: string, parts: number): number {
  if (name === 'samples') return 1.5 // one that lies on a cut belongs to both sides
  return name.startsWith('cpu.') ? Math.max(0.002, 2 * readingMs) * parts : 1e-4
}

describe('between()', () => {
  test('windows that lie side by side add up to the one over all of them, in every counter', async () => {
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
    await sleep(150) // the network is read every 100 ms, so that is when all sources are known
    await sampled(monitor)
    const start = performance.now()
    await work()
    const end = performance.now()
    await sleep(150)
    await sampled(monitor)
    const random = randomNumbers(7)
    const moment = () => start + random() * (end - start)

    for (let round = 0; round < 200; round++) {
      const cuts = Array.from({ length: 2 + Math.floor(random() * 7) }, moment).toSorted((a, b) => a - b)
      const whole = monitor.between(cuts[0]!, cuts.at(-1)!)
      const parts = cuts.slice(1).map((cut, i) => monitor.between(cuts[i]!, cut))
      // No thread runs for longer than the window; its clock may have caught up there.
      const { avg, timeMs } = whole.thread!
      expect((avg * whole.durationMs) / 100).toBeCloseTo(Math.min(timeMs, whole.durationMs), 6)
      for (const [name, value] of Object.entries(counters)) {
        const truth = value(whole)
        if (truth === undefined) continue
        const added = sum(parts.map((part) => value(part)!))
        expect(Math.abs(added - truth), `${name} of ${cuts}`).toBeLessThan(doubt(name, parts.length))
      }
    }
  })

  test('means and extremes of memory and CPU are those of the parts', async () => {
    using monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
    await sampled(monitor, 2)
    const start = performance.now()
    await work()
    const end = performance.now()
    await sampled(monitor, 8) // of which every fourth reads memory
    const random = randomNumbers(8)
    for (let round = 0; round < 200; round++) {
      const cut = start + (0.02 + 0.96 * random()) * (end - start)
      const whole = monitor.between(start, end)
      const parts = [monitor.between(start, cut), monitor.between(cut, end)]
      const memories = parts.map((part) => part.memory!)
      const weighted = sum(parts.map((part) => part.memory!.avg * part.durationMs)) / whole.durationMs
      // The mean is kept in whole MiB times microseconds for each piece.
      expect(Math.abs(weighted - whole.memory!.avg)).toBeLessThan(2 ** 16)
      expect(Math.min(...memories.map(({ min }) => min))).toBe(whole.memory!.min)
      expect(Math.max(...memories.map(({ max }) => max))).toBe(whole.memory!.max)
      expect(memories[0]!.end).toBe(memories[1]!.start)
      expect([memories[0]!.start, memories[1]!.end]).toEqual([whole.memory!.start, whole.memory!.end])
      expect(Math.max(...parts.map(({ cpu }) => cpu!.max))).toBeCloseTo(whole.cpu!.max, 0)
      expect(Math.min(...parts.map(({ cpu }) => cpu!.min))).toBeCloseTo(whole.cpu!.min, 0)
    }
  })
})

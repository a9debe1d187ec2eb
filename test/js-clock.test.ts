import type { ResourceStats } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { sampleColumns } from '../dist/backend/js/columns.js'
import { coresAllowed } from '../dist/backend/js/cores.js'
import { type CpuClocks, longEnough, TICK } from '../dist/backend/js/cpu-clock.js'
import { History } from '../dist/backend/js/history.js'
import { EDGE_LENGTH, Slot } from '../dist/backend/js/layout.js'
import { windowStats } from '../dist/backend/js/window.js'
import { generator, StaleClock, turns, type Work } from './helpers/stale-clock'

// The JavaScript sampler on readings that are made up: the CPU clock of a process of which the truth is known, and which
// is behind by up to a tick for all cores but the one that reads it. In Windows it would be another clock.

const MS = 1e6
const lastMs = 5000

interface Scene {
  cores: number
  tickMs: number
  periodMs: number
  /** Undefined: all cores work all the time. */
  turnsMs: number | undefined
}

/** A history of five seconds, and what it answers. */
class Sampled {
  readonly cores: number
  readonly clock: StaleClock
  readonly #history: History
  readonly #clocks: CpuClocks

  constructor({ cores, tickMs, periodMs, turnsMs }: Scene, random: () => number) {
    const always: Work = [{ from: -lastMs, to: 2 * lastMs }]
    const works = Array.from({ length: cores }, () => (turnsMs ? turns(random, turnsMs, lastMs) : always))
    this.cores = cores
    this.clock = new StaleClock(works, tickMs, random)
    this.#clocks = { process: { cores, lag: (cores - 1) * TICK }, thread: { cores: 1, lag: 0 } }
    const none = { thread: false, memory: false, usage: false }
    this.#history = new History({ period: periodMs * MS, length: 2 * lastMs * MS }, none)
    this.#history.allocate()
    for (let time = 0; time < lastMs; time += periodMs) {
      this.#history.append(this.edge(time + 0.2 * periodMs * random()))
    }
  }

  get longEnoughMs(): number {
    return longEnough(this.#clocks.process) / MS
  }

  edge(ms: number): Float64Array {
    const edge = new Float64Array(EDGE_LENGTH)
    edge[Slot.time] = Math.round(ms * MS)
    edge[Slot.cpu] = Math.floor(1000 * this.clock.read(ms)) * 1000
    edge[Slot.uncertainty] = 1000
    return edge
  }

  since(start: Float64Array, end: Float64Array): ResourceStats {
    const query = { from: start[Slot.time]!, to: end[Slot.time]!, start, end }
    return windowStats(this.#history, query, this.#clocks)
  }

  between(fromMs: number, toMs: number): ResourceStats {
    return windowStats(this.#history, { from: fromMs * MS, to: toMs * MS }, this.#clocks)
  }

  samples(fromMs: number, toMs: number, maxPoints: number) {
    return sampleColumns(this.#history, { from: fromMs * MS, to: toMs * MS }, maxPoints, this.#clocks)
  }
}

function expectInOrder({ avg, min, max, p50, p95, p99 }: NonNullable<ResourceStats['cpu']>): void {
  expect([min, p50, p95, p99, max]).toEqual([min, p50, p95, p99, max].toSorted((a, b) => a - b))
  expect(min).toBeLessThanOrEqual(avg)
  expect(avg).toBeLessThanOrEqual(max)
}

const scenes = [1, 2, 4, 8].flatMap((cores) =>
  [1, 4, 10].flatMap((tickMs) =>
    [undefined, 3, 30].map((turnsMs, i) => ({ cores, tickMs, turnsMs, periodMs: (cores + i) % 2 ? 1 : 10 })),
  ),
)

describe.each(scenes)(
  '$cores cores, a tick of $tickMs ms, turns of $turnsMs ms, sampled every $periodMs ms',
  (scene) => {
    const random = generator(1 + scenes.indexOf(scene))
    const sampled = new Sampled(scene, random)
    const all = 100 * scene.cores
    const onePercent = all / 100
    const limit = all + onePercent + 1e-9

    test('what is reported is possible, in order, and where it can be the exact difference of the readings', () => {
      for (const lengthMs of [0.05, 1, 5, 20, 100, 500, 2000]) {
        for (let i = 0; i < 20; i++) {
          const fromMs = 100 + random() * (lastMs - 200 - lengthMs)
          const [start, end] = [sampled.edge(fromMs), sampled.edge(fromMs + lengthMs)]
          const readMs = (end[Slot.cpu]! - start[Slot.cpu]!) / MS
          const durationMs = (end[Slot.time]! - start[Slot.time]!) / MS
          for (const { cpu } of [sampled.since(start, end), sampled.between(fromMs, fromMs + lengthMs)]) {
            expectInOrder(cpu!)
            expect(cpu!.max).toBeLessThanOrEqual(limit)
            expect(cpu!.timeMs).toBeLessThanOrEqual((limit / 100) * durationMs)
          }
          const { timeMs } = sampled.since(start, end).cpu!
          if (readMs <= scene.cores * durationMs) expect(timeMs).toBeCloseTo(readMs, 6)
        }
      }
    })

    test('of long windows each number is wrong by 1 % of the cores at the most', () => {
      const { longEnoughMs, clock } = sampled
      for (let i = 0; i < 10; i++) {
        const lengthMs = Math.max(200, longEnoughMs) * (1 + random())
        const fromMs = 100 + random() * (lastMs - 200 - lengthMs)
        const { cpu } = sampled.since(sampled.edge(fromMs), sampled.edge(fromMs + lengthMs))
        const truth = (100 * (clock.truth(fromMs + lengthMs) - clock.truth(fromMs))) / lengthMs
        expect(Math.abs(cpu!.avg - truth)).toBeLessThanOrEqual(onePercent)
        // That of each piece is the same then.
        if (scene.turnsMs === undefined) expect(cpu!.min).toBeGreaterThanOrEqual(all - onePercent)
      }
    })

    test('a plot has the same truth, and nothing impossible', () => {
      for (const maxPoints of [1, 7, 1000, 10_000]) {
        const [fromMs, toMs] = [500, 4500]
        const { timeMs, cpu } = sampled.samples(fromMs, toMs, maxPoints)
        const usedMs = timeMs.reduce(
          (sum, time, i) => sum + ((time - (timeMs[i - 1] ?? fromMs)) * cpu.avg[i]!) / 100,
          0,
        )
        const truthMs = sampled.clock.truth(toMs) - sampled.clock.truth(fromMs)
        // The counters are interpolated at both ends.
        const errorMs = (scene.cores - 1) * scene.tickMs + scene.cores * scene.periodMs
        expect(Math.abs(usedMs - truthMs)).toBeLessThanOrEqual(errorMs)
        for (const [i, max] of cpu.max.entries()) {
          expect(max).toBeLessThanOrEqual(limit)
          expect(cpu.avg[i]!).toBeLessThanOrEqual(max + 1e-9)
          expect(cpu.min[i]!).toBeLessThanOrEqual(cpu.avg[i]! + 1e-9)
          if (scene.turnsMs === undefined) expect(cpu.min[i]!).toBeGreaterThanOrEqual(all - onePercent)
        }
      }
    })
  },
)

test('work and rest of a second each are seen for what they are', () => {
  const sampled = new Sampled({ cores: 2, tickMs: 4, periodMs: 1, turnsMs: 1000 }, () => 1 - Math.exp(-1))
  const { cpu } = sampled.between(0.5, 4500)
  expect(cpu!.max).toBeGreaterThan(198)
  expect(cpu!.min).toBeLessThan(2)
})

test('of short windows in which the clock says too much, what is reported is likely, not the most that is possible', () => {
  const random = generator(7)
  const sampled = new Sampled({ cores: 2, tickMs: 10, periodMs: 1, turnsMs: 10 }, random)
  let [reported, truth, impossible] = [0, 0, 0]
  for (let i = 0; i < 4000; i++) {
    const fromMs = 100 + random() * (lastMs - 200)
    const [start, end] = [sampled.edge(fromMs), sampled.edge(fromMs + 3)]
    if ((end[Slot.cpu]! - start[Slot.cpu]!) / MS < 6.1) continue
    impossible++
    reported += sampled.since(start, end).cpu!.avg
    truth += (100 * (sampled.clock.truth(fromMs + 3) - sampled.clock.truth(fromMs))) / 3
  }
  expect(impossible).toBeGreaterThan(100)
  expect(Math.abs(reported - truth)).toBeLessThan((200 * impossible - truth) / 4)
})

test('where nothing was sampled before, the clock is taken to be behind by a tick', () => {
  const sampled = new Sampled({ cores: 2, tickMs: 10, periodMs: 1, turnsMs: undefined }, generator(3))
  for (let i = 0; i < 100; i++) {
    // Before the first row.
    const [start, end] = [sampled.edge(-20 + i / 10), sampled.edge(-18 + i / 10)]
    const { cpu } = sampled.since(start, end)
    const readMs = (end[Slot.cpu]! - start[Slot.cpu]!) / MS
    expect(cpu!.avg).toBeCloseTo((100 * readMs) / (readMs > 4.04 ? 12 : 2), 1)
  }
})

test('the cores that a process may use are those of its mask', () => {
  expect(coresAllowed('Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n')).toBe(2)
  expect(coresAllowed('Cpus_allowed:\tff,ffffffff\n')).toBe(40)
  expect(coresAllowed('Cpus_allowed:\t00000000,00000010\n')).toBe(1)
  for (const text of ['', 'Cpus_allowed:\t0\n', 'Cpus_allowed_list:\t0-3\n']) expect(coresAllowed(text)).toBeUndefined()
})

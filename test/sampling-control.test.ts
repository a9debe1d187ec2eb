import { describe, expect, test } from 'vitest'
import { type Second, type Simulation, simulate, usual } from './helpers/simulated-service'

// The control law on a clock and at costs that are made up: what it should find is known. Spans are exported in bursts,
// every five seconds.

const budget = 2

/** The ratio that spends all of the budget, by hand. */
function exact(load: Partial<typeof usual>): number {
  const { roots, spans, startMs, endMs, exportMs, unsampledMs, remote } = { ...usual, ...load }
  const sampled = spans * (startMs + endMs + exportMs)
  const unsampled = spans * unsampledMs
  const left = budget * 10 - roots * unsampled - remote * sampled
  return Math.min(1, left / (roots * (sampled - unsampled)))
}

const mean = (seconds: Second[], of: (second: Second) => number) =>
  seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length

/** The overhead of whatever was decided in these seconds, in percent of a core. */
const decided = (seconds: Second[]) => mean(seconds, (second) => second.decided)

/** What was spent above the budget, in seconds of the whole budget. */
const excess = (seconds: Second[]) => seconds.reduce((sum, second) => sum + second.decided / budget - 1, 0)

/** Each within the given share of what is exact: neither too much, nor too little, nor in turns. */
function expectSettled(seconds: Second[], ratio: number, within: number): void {
  for (const [i, second] of seconds.entries()) {
    expect(second.ratio, `second ${i}`).toBeGreaterThan(ratio * (1 - within))
    expect(second.ratio, `second ${i}`).toBeLessThan(ratio * (1 + within))
  }
}

/** The load changes after 20 seconds. */
function change(from: Simulation['load'], to: Simulation['load'], seconds = 60): Second[] {
  return simulate({ seconds, load: (second) => (second < 20 ? from(second) : to(second)) })
}

const at = (load: Partial<typeof usual>) => () => load

describe('the load', () => {
  const [low, high] = [{ roots: 270 }, { roots: 2700 }]

  test('grows tenfold: settled after two seconds, for less than two seconds of the budget', () => {
    const seconds = change(at(low), at(high))
    expectSettled(seconds.slice(10, 20), exact(low), 0.15)
    expectSettled(seconds.slice(22), exact(high), 0.15)
    expect(excess(seconds.slice(20, 23))).toBeLessThan(2)
    expect(decided(seconds.slice(22))).toBeCloseTo(budget, 0)
    expect(Math.abs(decided(seconds.slice(22)) / budget - 1)).toBeLessThan(0.05)
  })

  test('falls to a tenth: settled after six seconds, and the budget is used again', () => {
    const seconds = change(at(high), at(low))
    expectSettled(seconds.slice(26), exact(low), 0.15)
    expect(excess(seconds.slice(20, 26))).toBeLessThan(0)
    expect(Math.abs(decided(seconds.slice(26)) / budget - 1)).toBeLessThan(0.05)
  })

  test('comes back after a pause', () => {
    const pause = (second: number) => (second < 30 ? { roots: 0 } : high)
    const seconds = change(at(high), pause)
    expect(excess(seconds.slice(30, 33))).toBeLessThan(4)
    expectSettled(seconds.slice(33), exact(high), 0.15)
  })

  test('waits for a blocked event loop, and comes all at once', () => {
    const blocked = (second: number) => ({ ...high, blocked: second === 20 })
    const seconds = change(at(high), blocked)
    expect(excess(seconds.slice(20, 24))).toBeLessThan(2)
    expectSettled(seconds.slice(25), exact(high), 0.15)
  })

  test('comes in clumps: the budget is used, and kept', () => {
    const seconds = simulate({ seconds: 60, load: at({ roots: 900, clump: 50 }) })
    expect(decided(seconds.slice(5))).toBeGreaterThan(0.85 * budget)
    expect(decided(seconds.slice(5))).toBeLessThan(1.05 * budget)
  })

  test('is next to nothing, of expensive traces', () => {
    const load = { roots: 2, spans: 1, startMs: 3, endMs: 3, exportMs: 6 }
    const seconds = simulate({ seconds: 300, load: at(load) })
    expect(decided(seconds.slice(100))).toBeGreaterThan(0.8 * budget)
    expect(decided(seconds.slice(100))).toBeLessThan(1.1 * budget)
  })
})

describe('what a trace costs', () => {
  test('at the beginning: nothing is known before the first export', () => {
    const seconds = simulate({ seconds: 30, load: at({}) })
    expect(excess(seconds.slice(0, 6))).toBeLessThan(3)
    expectSettled(seconds.slice(6), exact({}), 0.15)
  })

  test('each span becomes five times as expensive', () => {
    const dear = { startMs: 0.015, endMs: 0.02, exportMs: 0.035 }
    const seconds = change(at({}), at(dear))
    expect(excess(seconds.slice(20, 30))).toBeLessThan(10)
    expectSettled(seconds.slice(35), exact(dear), 0.15)
  })

  test('ten times as many spans: settled after seven seconds', () => {
    const large = { roots: 270, spans: 100, unsampledMs: 0.0002 }
    const seconds = change(at({ ...large, spans: 10 }), at(large))
    expect(excess(seconds.slice(20, 24))).toBeLessThan(6)
    expectSettled(seconds.slice(27), exact(large), 0.25)
  })

  test('is more once, because a collection of garbage falls into it', () => {
    const load = (second: number) => ({ roots: 2000, pauseMs: second === 30 ? 100 : 0 })
    expectSettled(simulate({ seconds: 40, load }).slice(20), exact({ roots: 2000 }), 0.2)
  })

  test('becomes cheap again', () => {
    const seconds = change(at({ startMs: 0.03 }), at({}))
    expectSettled(seconds.slice(40), exact({}), 0.15)
  })
})

describe('what does not depend on the ratio', () => {
  test('is left to traces that others sampled', () => {
    const load = { remote: 80 }
    const seconds = change(at({}), at(load))
    expect(excess(seconds.slice(20, 24))).toBeLessThan(2)
    expect(mean(seconds.slice(25), ({ ratio }) => ratio)).toBeGreaterThan(0.7 * exact(load))
    expect(mean(seconds.slice(25), ({ ratio }) => ratio)).toBeLessThan(1.3 * exact(load))
    expect(Math.abs(decided(seconds.slice(25)) / budget - 1)).toBeLessThan(0.05)
  })

  test('is more than the budget: as few as allowed, and no fewer', () => {
    const seconds = change(at({}), at({ remote: 200 }))
    for (const { ratio } of seconds.slice(24)) expect(ratio).toBe(0.001)
    const back = simulate({ seconds: 60, load: (second) => (second < 30 ? { unsampledMs: 0.01 } : {}) })
    for (const { ratio } of back.slice(5, 30)) expect(ratio).toBe(0.001)
    expectSettled(back.slice(45), exact({}), 0.15)
  })
})

test('all are sampled where the budget has room', () => {
  for (const { ratio } of simulate({ seconds: 30, load: at({ roots: 100 }) }).slice(1)) expect(ratio).toBe(1)
})

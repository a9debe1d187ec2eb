import { createMonitor } from 'spanmeter'
import { expect, test } from 'vitest'
import type { History } from '../dist/alerts/readings/history.js'
import { flat, type Piece } from '../dist/alerts/readings/piece.js'
import { type Reading, rangeOf } from '../dist/alerts/readings/reading.js'
import { Readings } from '../dist/alerts/readings/readings.js'
import { RuleGroup } from '../dist/alerts/rules/rule-group.js'
import { type CheckedRule, conditions } from '../dist/alerts/rules/rule-options.js'
import { RuleState } from '../dist/alerts/rules/rule-state.js'
import { WatchedRule } from '../dist/alerts/rules/watched-rule.js'
import { generator } from './helpers/stale-clock'

// Rules that share what they read: as if each were alone.

class Pieces implements Reading {
  #pieces: readonly Piece[] = []
  range = rangeOf([])

  advance(): void {}

  set(pieces: readonly Piece[]): void {
    this.#pieces = pieces
    this.range = rangeOf(pieces)
  }

  pieces(): readonly Piece[] {
    return this.#pieces
  }
}

function ruleOf(name: string, changes: Partial<CheckedRule>): CheckedRule {
  const times = { forMs: 0, keepFiringForMs: 0, averageMs: 0, cooldownMs: 0 }
  const texts = { severity: 'warning', labels: {}, annotations: {} } as const
  const { threshold = 0 } = changes
  return {
    name,
    metric: 'own',
    condition: 'greater_than',
    threshold,
    clearThreshold: threshold,
    ...times,
    ...texts,
    ...changes,
  }
}

test('rules of one metric fire and are resolved as each would alone, whatever comes and whichever are removed', () => {
  const random = generator(18)
  const whole = (below: number) => Math.floor(random() * below)
  const reading = new Pieces()
  const group = new RuleGroup(reading)
  const watched = Array.from({ length: 60 }, (_, i) => {
    const [threshold, times] = [whole(20), { forMs: 10 * whole(4), keepFiringForMs: 10 * whole(4) }]
    return new WatchedRule(ruleOf(`rule ${i}`, { condition: conditions[i % 3]!, threshold, ...times }), reading, 0)
  })
  for (const one of watched) group.add(one)
  const alone = new Map(watched.map(({ rule }) => [rule.name, new RuleState(rule)]))
  let now = 0
  const total = { firing: 0, resolved: 0 }
  for (let look = 0; look < 500; look++) {
    if (look % 20 === 0) {
      const [removed] = watched.splice(whole(watched.length), 1)
      group.remove(removed!)
      alone.delete(removed!.rule.name)
    }
    const pieces = Array.from({ length: whole(4) }, () => {
      const fromMs = now
      now += 5 * whole(5)
      return flat(fromMs, now, whole(10) === 0 ? Number.NaN : whole(22) - 1)
    })
    reading.set(pieces)
    const seen: string[] = []
    group.look(({ rule }, { to, episode }) => {
      total[to]++
      seen.push(`${rule.name} ${to} ${episode.startMs} ${episode.endMs} ${episode.peak}`)
    })
    const expected: string[] = []
    for (const [name, state] of alone) {
      for (const { to, episode } of pieces.flatMap((piece) => state.advance(piece))) {
        expected.push(`${name} ${to} ${episode.startMs} ${episode.endMs} ${episode.peak}`)
      }
    }
    // Of which rule comes first nothing is promised.
    expect(seen.sort()).toEqual(expected.sort())
  }
  expect(total.firing).toBeGreaterThan(500)
  expect(total.resolved).toBeGreaterThan(500)
})

test.each(['cpu.percent', 'wait.percent', 'throttled.percent'])(
  '%s is read once for each length of its means',
  (metric) => {
    using monitor = createMonitor({ whenIdle: 'sample' }).start()
    const history = { monitor, chunks: [], untilMs: performance.now() } as unknown as History
    const readings = new Readings(history, new Map(), () => {})
    const of = (averageMs: number) => readings.of(ruleOf(`${averageMs}`, { metric, averageMs }))
    const [none, short, long] = [of(0), of(200), of(1000)]
    expect(new Set([none, short, long]).size).toBe(3)
    expect([of(0), of(200), of(1000)]).toEqual([none, short, long])
    readings.stop()
  },
)

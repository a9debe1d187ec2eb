import { describe, expect, test } from 'vitest'
import type { Piece } from '../dist/alerts/readings/piece.js'
import { RuleState, type StateRule } from '../dist/alerts/rules/rule-state.js'

// What a rule does, on a clock that the test sets: nothing in here waits.

const rule: StateRule = { condition: 'greater_than', threshold: 80, clearThreshold: 80, forMs: 0, keepFiringForMs: 0 }

/** `[value, ms]`: how long the metric had which value. */
type Step = readonly [value: number, ms: number]

/** What happens when: `firing 100` is an alert whose condition began to hold at 100 ms, reported by the piece up to `at`. */
function play(changes: Partial<StateRule>, steps: readonly Step[]): string[] {
  const state = new RuleState({ ...rule, ...changes })
  const seen: string[] = []
  let now = 0
  for (const [value, ms] of steps) {
    const piece: Piece = { fromMs: now, toMs: now + ms, value, low: value - 1, high: value + 1 }
    now += ms
    for (const { to, episode } of state.advance(piece)) {
      const until = to === 'resolved' ? `-${episode.endMs}` : ''
      seen.push(`${to} ${episode.startMs}${until} by ${now}, peak ${episode.peak}`)
    }
  }
  return [...seen, state.phase]
}

const [low, high, unknown] = [50, 90, Number.NaN]

describe('a rule', () => {
  const table: readonly [string, Partial<StateRule>, readonly Step[], string[]][] = [
    ['is quiet at the threshold itself', {}, [[80, 100]], ['inactive']],
    [
      'fires by the first piece beyond it',
      {},
      [
        [low, 100],
        [high, 1],
      ],
      ['firing 100 by 101, peak 91', 'firing'],
    ],
    ['fires by a moment, which has no length', {}, [[high, 0]], ['firing 0 by 0, peak 91', 'firing']],
    [
      'resolves when the condition ends, and says when that was',
      {},
      [
        [high, 100],
        [95, 50],
        [low, 100],
      ],
      ['firing 0 by 100, peak 91', 'resolved 0-150 by 250, peak 96', 'inactive'],
    ],
    [
      'waits for as long as `forMs` says',
      { forMs: 200 },
      [
        [high, 100],
        [high, 99],
      ],
      ['pending'],
    ],
    [
      'fires when that is over',
      { forMs: 200 },
      [
        [high, 100],
        [high, 100],
      ],
      ['firing 0 by 200, peak 91', 'firing'],
    ],
    [
      'fires by one look at a long time',
      { forMs: 200 },
      [
        [low, 10],
        [high, 5000],
      ],
      ['firing 10 by 5010, peak 91', 'firing'],
    ],
    [
      'begins anew after a break',
      { forMs: 200 },
      [
        [high, 150],
        [low, 1],
        [high, 150],
      ],
      ['pending'],
    ],
    [
      'fires and resolves within one look',
      { forMs: 200 },
      [
        [low, 100],
        [high, 300],
        [low, 100],
      ],
      ['firing 100 by 400, peak 91', 'resolved 100-400 by 500, peak 91', 'inactive'],
    ],
    [
      'goes on between the two thresholds',
      { clearThreshold: 40 },
      [
        [high, 100],
        [60, 1000],
        [41, 1000],
        [40, 100],
      ],
      ['firing 0 by 100, peak 91', 'resolved 0-2100 by 2200, peak 91', 'inactive'],
    ],
    ['does not begin between them', { clearThreshold: 40 }, [[60, 1000]], ['inactive']],
    [
      'is kept firing for a while',
      { keepFiringForMs: 300 },
      [
        [high, 100],
        [low, 299],
      ],
      ['firing 0 by 100, peak 91', 'firing'],
    ],
    [
      'and then resolved as of when the condition ended',
      { keepFiringForMs: 300 },
      [
        [high, 100],
        [low, 200],
        [low, 100],
      ],
      ['firing 0 by 100, peak 91', 'resolved 0-100 by 400, peak 91', 'inactive'],
    ],
    [
      'is one alert while it flaps within that time',
      { keepFiringForMs: 300 },
      [
        [high, 100],
        [low, 200],
        [high, 100],
        [low, 200],
        [99, 100],
        [low, 300],
      ],
      ['firing 0 by 100, peak 91', 'resolved 0-700 by 1000, peak 100', 'inactive'],
    ],
    [
      'is one alert after the other where it flaps without',
      {},
      [
        [high, 10],
        [low, 10],
        [high, 10],
        [low, 10],
      ],
      [
        ...['firing 0 by 10, peak 91', 'resolved 0-10 by 20, peak 91'],
        ...['firing 20 by 30, peak 91', 'resolved 20-30 by 40, peak 91', 'inactive'],
      ],
    ],
    [
      'begins anew where nothing is known for a while, as of a process that was stopped',
      { forMs: 200 },
      [
        [high, 150],
        [unknown, 300_000],
        [high, 150],
      ],
      ['pending'],
    ],
    [
      'goes on firing over such a time, and is not resolved by it',
      { keepFiringForMs: 300 },
      [
        [high, 100],
        [low, 200],
        [unknown, 300_000],
        [low, 200],
      ],
      ['firing 0 by 100, peak 91', 'firing'],
    ],
    [
      'may be about too little',
      { condition: 'less_than', threshold: 20, clearThreshold: 30 },
      [
        [50, 10],
        [10, 10],
        [5, 10],
        [29, 10],
        [30, 10],
      ],
      ['firing 10 by 20, peak 9', 'resolved 10-40 by 50, peak 4', 'inactive'],
    ],
    [
      'may be about one value',
      { condition: 'equals', threshold: 0, clearThreshold: 0 },
      [
        [1, 10],
        [0, 10],
        [1, 10],
      ],
      ['firing 10 by 20, peak 0', 'resolved 10-20 by 30, peak 0', 'inactive'],
    ],
  ]
  test.each(table)('%s', (_name, changes, steps, expected) => expect(play(changes, steps)).toEqual(expected))

  test('that is removed while it fires is resolved', () => {
    const state = new RuleState(rule)
    state.advance({ fromMs: 0, toMs: 10, value: high, low: high, high })
    const [transition, ...others] = state.end(25)
    expect(transition).toMatchObject({ to: 'resolved', episode: { startMs: 0, endMs: 25 } })
    expect([others, state.end(30)]).toEqual([[], []])
  })
})

test('an alert that is over keeps its end where nothing is known afterwards', () => {
  const state = new RuleState(rule)
  const piece = (fromMs: number, value: number): Piece => ({
    fromMs,
    toMs: fromMs + 100,
    value,
    low: value,
    high: value,
  })
  state.advance(piece(0, high))
  const [resolved] = state.advance(piece(100, low))
  state.advance(piece(200, unknown))
  expect(resolved).toMatchObject({ to: 'resolved', episode: { startMs: 0, endMs: 100 } })
})

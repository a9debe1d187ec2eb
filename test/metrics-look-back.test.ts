import { describe, expect, test } from 'vitest'
import { CounterLog, LookBack } from '../dist/metrics/look-back.js'

// How far back a collection of the metrics reaches.

describe('CounterLog', () => {
  test('interpolates a counter between two entries', () => {
    const log = new CounterLog()
    expect(log.at(5)).toBe(0)
    log.push(10, 100)
    log.push(20, 300)
    log.push(40, 300)
    expect([0, 10, 15, 20, 30, 40, 99].map((time) => log.at(time))).toEqual([100, 100, 200, 300, 300, 300, 300])
  })

  test('keeps what is recent exactly and what is old nearly, however many entries there are', () => {
    const log = new CounterLog()
    const grown = (time: number) => time ** 2
    for (let time = 0; time <= 100_000; time += 10) log.push(time, grown(time))
    expect(log.at(100_000)).toBe(grown(100_000))
    for (const time of [99_995, 95_000, 50_000, 1000, 0]) {
      expect(Math.abs(log.at(time) - grown(time))).toBeLessThan(0.0002 * grown(100_000))
    }
  })
})

describe('LookBack', () => {
  test("goes back to the same reader's last collection", () => {
    const lookBack = new LookBack(60_000, 0)
    expect(lookBack.windowStart(100_000, 'a')).toBe(40_000)
    expect(lookBack.windowStart(110_000, 'b')).toBe(50_000)
    expect(lookBack.windowStart(115_000, 'a')).toBe(100_000)
    expect(lookBack.windowStart(300_000, 'b')).toBe(110_000)
  })

  test('goes back a fixed time for those without a name, and as far as none of them collected', () => {
    const lookBack = new LookBack(60_000, 0)
    expect(lookBack.windowStart(100_000, undefined)).toBe(40_000)
    expect(lookBack.windowStart(110_000, undefined)).toBe(50_000)
    expect(lookBack.windowStart(110_000, undefined)).toBe(50_000)
    // A timer of 60 s is always a bit late.
    expect(lookBack.windowStart(170_050, undefined)).toBe(110_000)
    expect(lookBack.windowStart(500_000, undefined)).toBe(170_050)
  })

  test('goes back no further than to the beginning, and not less than can be measured', () => {
    const lookBack = new LookBack(60_000, 1000)
    expect(lookBack.windowStart(1050, 'a')).toBe(1000)
    expect(lookBack.windowStart(2000, undefined)).toBe(1000)
    expect(lookBack.windowStart(90_000, 'a')).toBe(1050)
    expect(lookBack.windowStart(90_001, 'a')).toBe(89_901)
  })

  test('forgets the readers that collected longest ago', () => {
    const lookBack = new LookBack(1000, 0)
    for (let i = 0; i <= 100; i++) lookBack.windowStart(10_000 + i, `reader ${i}`)
    expect(lookBack.windowStart(50_000, 'reader 1')).toBe(10_001)
    expect(lookBack.windowStart(50_000, 'reader 0')).toBe(49_000)
  })
})

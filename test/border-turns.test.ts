import { expect, test } from 'vitest'
import { binding, describeValue, wrongNumbers, wrongTypes } from './helpers/border'

// The record of the turns of a ledger, across the border.

/** In the µs of CLOCK_MONOTONIC, the middle of what is spun now. */
function spin(): number {
  const begin = process.hrtime.bigint()
  while (process.hrtime.bigint() < begin + 200_000n);
  return Number(begin / 1000n) + 100
}

test('says whom the thread worked for, by the numbers that closing says', () => {
  const ledger = binding.ledger()
  const turns = ledger.turns()
  const [a, b] = [ledger.open(0), ledger.open(0)]
  const moments = [spin()]
  for (const account of [a, b, a, 0]) {
    ledger.turn(account)
    moments.push(spin())
  }
  const owners = turns.take(Float64Array.from(moments))
  ledger.close(a)
  const ofA = turns.closed()
  ledger.close(b)
  const ofB = turns.closed()
  expect(ofA).toBeGreaterThan(0)
  expect(ofB).not.toBe(ofA)
  expect([...owners]).toEqual([0, ofA, ofB, ofA, 0])
})

test('says later whose it was what a shared resource brought', () => {
  const ledger = binding.ledger()
  const turns = ledger.turns()
  const asker = ledger.open(0)
  ledger.hold(0)
  const [early] = turns.take(Float64Array.of(spin()))
  const moment = spin()
  ledger.close(asker)
  expect([...turns.take(Float64Array.of(moment))]).toEqual([turns.closed(), early, turns.closed()])
})

test('knows nothing after it ended, and takes any number for a moment', () => {
  const ledger = binding.ledger()
  const first = ledger.turns()
  ledger.turn(ledger.open(0))
  spin()
  expect(first.size()).toBeGreaterThan(0)
  const turns = ledger.turns()
  expect(turns.size()).toBe(0)
  expect(turns.take(Float64Array.of(...wrongNumbers, -1, 1e300))).toHaveLength(wrongNumbers.length + 2)
  expect(turns.take(new Float64Array())).toHaveLength(0)
  turns.end()
  expect([...turns.take(Float64Array.of(spin()))]).toEqual([Number.NaN])
  expect([turns.size(), turns.closed()]).toEqual([0, 0])
  for (const wrong of [...wrongTypes, 1, new Float32Array(1), new DataView(new ArrayBuffer(8))]) {
    expect(() => turns.take(wrong as Float64Array), describeValue(wrong)).toThrow(TypeError)
  }
})

test('lives longer than the other functions of its ledger', async () => {
  const turns = binding.ledger().turns()
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    globalThis.gc?.()
  }
  turns.take(Float64Array.of(spin()))
  expect(turns.closed()).toBe(0)
})

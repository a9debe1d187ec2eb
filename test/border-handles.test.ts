import { describe, expect, test } from 'vitest'
import { ledgerLayout, statsLayout } from '../dist/backend/native/layout.js'
import { answer, binding, describeValue, shared, started, wrongNumbers, wrongTypes } from './helpers/border'
import { burn } from './helpers/cpu.cjs'

// What the border gives out handles for: open spans, and accounts of the ledger.

describe('spans', () => {
  test('are answered once, by whatever handle they were given', () => {
    const spans = binding.spans(started(), true)
    const { stats } = spans
    expect(stats).toHaveLength(statsLayout.length)
    const handles = Array.from({ length: 1000 }, () => spans.open())
    expect(new Set(handles).size).toBe(1000)
    for (const handle of handles) {
      expect(spans.close(handle)).toBe(true)
      stats.fill(-7)
      expect(spans.close(handle)).toBe(false)
      expect(stats).toEqual(answer().fill(-7))
    }
  })

  test('open as many as there is room for, and have room again once they are closed', () => {
    const spans = binding.spans(started(), false)
    const handles = Array.from({ length: 2 ** 17 }, () => spans.open())
    expect(handles.every((handle) => handle > 0)).toBe(true)
    expect(spans.open()).toBe(0)
    for (const handle of handles) spans.drop(handle)
    expect(spans.open()).toBeGreaterThan(0)
  })

  test('a handle that is none is answered so or refused', () => {
    const spans = binding.spans(started(), false)
    const handle = spans.open()
    for (const wrong of [0, 1, handle + 1, handle - 2 ** 17, 2 ** 31 - 1]) {
      expect(spans.close(wrong)).toBe(false)
      expect(() => spans.drop(wrong)).not.toThrow()
    }
    for (const wrong of [...wrongTypes, ...wrongNumbers, -1, 2 ** 31, 1e300]) {
      expect(() => spans.close(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => spans.drop(wrong as number), describeValue(wrong)).toThrow(TypeError)
    }
    expect(spans.close(handle)).toBe(true)
  })

  test('survive their monitor, and an array that was sent away', () => {
    const monitor = started()
    const spans = binding.spans(monitor, false)
    const { stats } = spans
    const [first, second] = [spans.open(), spans.open()]
    structuredClone(stats.buffer, { transfer: [stats.buffer] })
    expect(() => spans.close(first)).toThrow(TypeError)
    binding.close(monitor)
    expect(() => spans.open()).toThrow(TypeError)
    expect(() => spans.drop(second)).not.toThrow()
  })
})

describe('accounts', () => {
  test('are answered once, by whatever handle they were given', () => {
    const ledger = binding.ledger()
    const { shared: numbers } = ledger
    expect(numbers).toHaveLength(ledgerLayout.length)
    const handles = Array.from({ length: 1000 }, (_, i) => ledger.open(i))
    expect(new Set(handles).size).toBe(1000)
    for (const handle of handles) {
      ledger.turn(handle)
      expect(ledger.close(handle)).toBe(true)
      numbers.fill(-7)
      expect(ledger.close(handle)).toBe(false)
      expect(numbers).toEqual(shared().fill(-7))
    }
    ledger.sums()
    expect(numbers[0]).toBeGreaterThan(0)
    const open = ledger.open(0)
    ledger.turn(open)
    burn(2)
    ledger.sums()
    expect(ledger.self(open)).toBe(true)
    expect(numbers[0]).toBeGreaterThan(0.5)
    numbers.fill(-7)
    expect(ledger.self(handles[0]!)).toBe(false)
    expect(numbers).toEqual(shared().fill(-7))
  })

  test('a handle that is none stands for nobody or is refused', () => {
    const ledger = binding.ledger()
    const handle = ledger.open(0)
    const rubbish = [...wrongTypes, ...wrongNumbers, -1, 2 ** 31, 1e300]
    for (const wrong of [0, 1, 2 ** 17, handle + 1, handle - 2 ** 17, 2 ** 31 - 1]) {
      ledger.turn(wrong)
      expect(ledger.close(wrong)).toBe(false)
    }
    expect(ledger.open(handle - 2 ** 17)).toBeGreaterThan(0)
    for (const wrong of rubbish) {
      expect(() => ledger.turn(wrong as number), describeValue(wrong)).not.toThrow()
      expect(() => ledger.close(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => ledger.open(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => ledger.self(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => ledger.watchLoop(wrong as unknown as boolean), describeValue(wrong)).toThrow(TypeError)
    }
    expect(ledger.close(handle)).toBe(true)
  })

  test('an array that was sent away is not written to', async () => {
    const ledger = binding.ledger()
    const { shared: numbers } = ledger
    expect(numbers).toHaveLength(ledgerLayout.length)
    const handle = ledger.open(0)
    ledger.watchLoop(true)
    structuredClone(numbers.buffer, { transfer: [numbers.buffer] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(ledger.close(handle)).toBe(true)
    expect(() => ledger.sums()).not.toThrow()
    ledger.watchLoop(false)
  })
})

describe('a watch for blocks of the event loop', () => {
  let held: (startMs: number, endMs: number) => void
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  function block(ms: number): { startMs: number; endMs: number } {
    const startMs = binding.now()
    while (binding.now() - startMs < ms);
    return { startMs, endMs: binding.now() }
  }

  test('reports each of the length that is asked for, and none any more at its end', async () => {
    const seen: [number, number][] = []
    // Held weakly.
    held = (startMs, endMs) => seen.push([startMs, endMs])
    const watch = binding.loopBlocks(50, held)!
    await turn()
    seen.length = 0
    const { startMs, endMs } = block(60)
    expect(watch.runningSince()).toBeLessThanOrEqual(startMs)
    await turn()
    // A busy machine may take the CPU away for as long after it.
    const ofBlock = seen.filter(([from, until]) => from < endMs && until > startMs)
    expect(ofBlock).toHaveLength(1)
    const [from, until] = ofBlock[0]!
    expect(from).toBeLessThanOrEqual(startMs)
    expect(until).toBeGreaterThanOrEqual(endMs)

    seen.length = 0
    block(60)
    const restarted = binding.now()
    watch.restart()
    await turn()
    // Only what a busy machine has made of the time after it.
    for (const [since] of seen) expect(since).toBeGreaterThanOrEqual(restarted - 1)

    watch.setMin(1e9)
    seen.length = 0
    block(60)
    await turn()
    watch.setMin(1)
    watch.end()
    block(60)
    await turn()
    expect(seen).toEqual([])
    expect(() => watch.setMin(-1)).toThrow(TypeError)
    for (const call of [watch.restart, watch.end, watch.runningSince]) expect(call).not.toThrow()
  })

  test('waiting for events is no block, however long', async () => {
    const seen: number[] = []
    held = (startMs, endMs) => seen.push(endMs - startMs)
    const watch = binding.loopBlocks(100, held)!
    const waited = binding.now()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const late = binding.now() - waited - 300
    watch.end()
    if (late < 50) expect(seen).toEqual([])
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { SpanNames } from '../dist/metrics/span-names.js'

// The names of spans that metrics are kept for.

const mebibyte = 2 ** 20

describe('SpanNames', () => {
  test('lets so many names through and no more', () => {
    const names = new SpanNames(3)
    expect(['a', 'b', 'c', 'd', 'a', 'e', 'c'].map((name) => names.labelFor(name))).toEqual([
      ...['a', 'b', 'c', undefined, 'a', undefined, 'c'],
    ])
  })

  test('cuts long ones off, and takes those for one that are the same up to there', () => {
    const names = new SpanNames(2)
    const long = 'x'.repeat(200)
    expect(names.labelFor(`${long}y`)).toBe(`${long}…`)
    expect(names.labelFor(`${long}z`)).toBe(`${long}…`)
    expect(names.labelFor(long)).toBe(long)
    expect(names.labelFor('another')).toBeUndefined()
  })

  test('takes whatever a span was named', () => {
    const names = new SpanNames(10)
    const odd = [undefined, null, 7, Symbol('x'), { toString: null }, () => {}] as unknown as string[]
    for (const name of odd) expect(names.labelFor(name)).toBeTypeOf('string')
  })

  test('holds nothing of what it cut off', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const names = new SpanNames(50)
    const body = 'x'.repeat(mebibyte)
    collect()
    const before = process.memoryUsage().heapUsed
    // A string that was concatenated and then read is one piece.
    for (let i = 0; i < 25; i++) {
      const whole = `${i}${body}`
      expect(whole.charCodeAt(whole.length - 1)).toBe(120)
      names.labelFor(whole)
      names.labelFor(whole.slice(0, 100))
    }
    collect()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5 * mebibyte)
    expect(names.labelFor(`0${body}`)).toBeDefined()
  })
})

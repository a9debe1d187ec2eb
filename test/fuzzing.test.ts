import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { damageText, damageValue } from './fuzz/damage'
import { found } from './fuzz/found'
import { makeThread } from './fuzz/made-recording'
import { Random } from './fuzz/random'
import { checkReport } from './fuzz/readings'
import { packageRoot } from './helpers/child'
import { processOf, reportOf, spanColumns } from './helpers/report-data'

test('what fuzzing found has a test', () => {
  for (const { what, test } of found) {
    const [file, name] = test.split(': ') as [string, string]
    expect(readFileSync(join(packageRoot, file), 'utf8'), what).toContain(name)
  }
})

test('a seed gives the same input again, and another one another', () => {
  const input = (seed: number) => {
    const random = new Random(seed)
    return JSON.stringify([damageValue(random, makeThread(random, 0)), damageText(random, 'a text')])
  }
  expect(input(7)).toBe(input(7))
  expect(new Set(Array.from({ length: 100 }, (_, i) => input(i))).size).toBe(100)
})

test('a report that does not hold together is noticed', () => {
  const good = () => {
    const data = reportOf(1000, [processOf({ spans: spanColumns([{ name: 'a', start: 0, duration: 1 }]) })])
    data.verdict = ['A sentence.']
    return data
  }
  const check = (change: (data: ReturnType<typeof good>) => void) => () => {
    const data = good()
    change(data)
    checkReport(new Random(1), data)
  }
  expect(check(() => {})).not.toThrow()
  expect(check(({ processes: [process] }) => process!.spans.traceId.push('x'))).toThrow('columns are as long')
  expect(check(({ processes: [process] }) => process!.spans.parent.fill(5))).toThrow('a parent is another span')
  expect(check(({ processes: [process] }) => process!.spans.start.fill(Number.NaN))).toThrow('times of spans are known')
  expect(check((data) => data.verdict.splice(0))).toThrow('one to three sentences')
})

test('the inputs that fuzzing begins with are small', () => {
  const folder = join(packageRoot, 'native/test/fuzz/corpus')
  for (const target of readdirSync(folder)) {
    const sizes = readdirSync(join(folder, target)).map((file) => statSync(join(folder, target, file)).size)
    expect(sizes.length, target).toBeGreaterThan(0)
    expect(
      sizes.reduce((sum, size) => sum + size),
      target,
    ).toBeLessThan(8192)
  }
})

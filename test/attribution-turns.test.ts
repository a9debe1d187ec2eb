import { beforeAll, describe, expect, test } from 'vitest'
import { expectAllOf, inWords } from './helpers/burned'
import { askFixture } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

// Whose CPU was it? Each span counts for itself by the thread's CPU clock; its attribute must agree, however the
// thread came to turn to it. In programs of their own, on each version of Node.js.

interface Span {
  truth: number
  self: number
  total: number
  selfAvg: number
  cpu: number
  shared: boolean
}
type Spans = Record<string, Span>

function expectTrue(name: string, span: Span): void {
  const { truth, self } = span
  expect(Math.abs(self - truth), inWords(name, span)).toBeLessThan(Math.max(2, 0.02 * truth))
}

const scenarios = [
  'promises',
  'promise chains',
  'thenables',
  'async iterators',
  'generators belong to whoever asks them',
  'streams',
  'file streams',
  'timers',
  'setImmediate',
  'process.nextTick',
  'queueMicrotask',
  'event emitters belong to whoever emits',
  'event emitters with a context of their own',
  'AsyncResource',
  'AsyncResource.bind and AsyncLocalStorage.snapshot',
  'context.bind',
  'contexts ten deep',
  'the root context within a span',
  'errors',
  'errors that nobody catches',
  'a span that ends in another context',
  'what goes on after its span ended works for the span above',
  'work in the thread pool is nobody’s, its callback is',
  'child processes',
  'message channels',
  'messages of workers',
  'sockets',
  'HTTP servers and clients',
  'undici',
]

describe.each(nodeVersions)('$name', ({ path }) => {
  describe.skipIf(path === undefined)('every turn is noticed', () => {
    let results: Record<string, Spans>
    beforeAll(async () => {
      results = await askFixture('attribution/turns.cjs', { node: path })
    })

    test('the list is complete', () => expect(Object.keys(results).toSorted()).toEqual(scenarios.toSorted()))

    test.each(scenarios)('%s', async (scenario) => {
      const fixture = () => askFixture<typeof results>('attribution/turns.cjs', { node: path, args: [scenario] })
      await expectAllOf(results[scenario]!, async () => (await fixture())[scenario]!)
    })
  })

  test.skipIf(path === undefined)('three spans that overlap have each their own time', async () => {
    const { hash, sleep, short } = await askFixture<Spans>('attribution/overlap.cjs', { node: path })
    expectTrue('hash', hash!)
    expectTrue('sleep', sleep!)
    expectTrue('short', short!)
    // Its window has the others' work as well.
    expect(sleep!.cpu).toBeGreaterThan(100)
    expect(sleep!.shared).toBe(true)
  })

  test.skipIf(path === undefined)('what spans and nobody ran is what the thread ran', async () => {
    interface Outcome {
      cpuMs: number
      /** Null where the own time of one is not known, since the thread lost its CPU right as it ended. */
      spansMs: number | null
      nobodyMs: number
    }
    const measure = () => askFixture<Outcome>('attribution/conservation.cjs', { node: path })
    let books = await measure()
    for (let round = 1; round < 3 && books.spansMs === null; round++) books = await measure()
    const { cpuMs, spansMs, nobodyMs } = books
    expect(cpuMs).toBeGreaterThan(1000)
    expect(Math.abs(spansMs! + nobodyMs - cpuMs), JSON.stringify(books)).toBeLessThan(0.02 * cpuMs)
    expect(spansMs).toBeGreaterThan(0.3 * cpuMs)
  })
})

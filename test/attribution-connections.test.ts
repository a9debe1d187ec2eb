import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAllOf } from './helpers/burned'
import { askFixture, run } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

// Whose CPU was it, where the context says nothing of that: on what many share, and in callbacks that no hook announces.

interface Span {
  truth: number
  self: number
}
type Spans = Record<string, Span>

const scenarios = [
  'a connection whose opener idles',
  'a connection whose opener is over',
  'a connection from before any span',
  'a connection whose opener asks as well',
  'a client span that ends with the answer',
  'a bound callback',
  'a callback that the opener has bound',
  'questions that the connection sends later',
  'work in a context that is made from the opener’s',
  'what binds nothing is nobody’s',
  'TLS connections',
  'pipes',
  'HTTP/2 sessions',
  'message ports',
  'child processes that are asked',
  'intervals that serve many',
  'watchers of files',
  'measured work that asks over a connection of others',
  'contexts that were entered without a word',
]

let folder: string
let addon: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  addon = join(folder, 'unannounced.node')
  const source = join(__dirname, 'fixtures/attribution/unannounced.c')
  const compiled = await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', addon, source])
  expect(compiled).toMatchObject({ code: 0, stderr: '' })
})

afterAll(() => rmSync(folder, { recursive: true }))

describe.each(nodeVersions)('$name', ({ path }) => {
  describe.skipIf(path === undefined)('what is shared works for whom it answers', () => {
    let results: Record<string, Spans>
    beforeAll(async () => {
      results = await askFixture('attribution/shared.cjs', { node: path })
    })

    test('the list is complete', () => expect(Object.keys(results).toSorted()).toEqual(scenarios.toSorted()))

    test.each(scenarios)('%s', async (scenario) => {
      const again = () => askFixture<typeof results>('attribution/shared.cjs', { node: path, args: [scenario] })
      await expectAllOf(results[scenario]!, async () => (await again())[scenario]!)
    })
  })

  describe.skipIf(path === undefined)('a callback that no hook announces is nobody’s, or whose it names', () => {
    test.each([
      { when: 'the addon was loaded before', args: [] },
      { when: 'the addon is loaded while a span is open', args: ['late'] },
    ])('$when', async ({ args }) => {
      const options = { node: path, args: [addon, ...args] }
      const { span, asker } = await askFixture<{ span: Span; asker: Span }>('attribution/unannounced.cjs', options)
      // In ten rounds of the loop such a callback burned 10 ms right after a continuation of the span.
      expect(span.self).toBeGreaterThan(span.truth - 0.5)
      expect(span.self).toBeLessThan(span.truth + 20)
      expect(asker.self).toBeGreaterThan(0.95 * asker.truth)
    })
  })
})

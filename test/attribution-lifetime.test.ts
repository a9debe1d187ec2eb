import { describe, expect, test, vi } from 'vitest'
import { askFixture } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

/** For each program. */
const timeout = 240_000
vi.setConfig({ testTimeout: timeout })

interface Span {
  truth: number
  self: number
}
type Pair = Record<'a' | 'b', Span>

function expectTrue({ a, b }: Pair): void {
  for (const { truth, self } of [a, b]) {
    expect(self).toBeGreaterThan(0.98 * truth)
    expect(self).toBeLessThan(1.02 * truth + 2)
  }
}

describe.each(nodeVersions)('$name', ({ name, path }) => {
  test.skipIf(path === undefined)(
    'each thread has its own; one that is terminated in a span leaves nothing',
    async () => {
      interface Results {
        main: Pair
        workers: Pair[]
        after: Pair
        grownMb: number
        state: string
      }
      const results = await askFixture<Results>('attribution/workers.cjs', { node: path, timeout })
      for (const pair of [results.main, ...results.workers, results.after]) expectTrue(pair)
      expect(results.state).toBe('parked')
      expect(results.grownMb).toBeLessThan(10)
    },
  )

  // The two mechanisms by which turns are noticed. Node.js 24 itself keeps some 15 MB more in the course of it; 24 bytes
  // a span would be as much again.
  if (!/20|24/.test(name)) return
  test.skipIf(path === undefined)('two million spans, one in a hundred without an end, leak nothing', async () => {
    const options = { node: path, nodeArgs: ['--expose-gc'], args: ['2000000'], timeout }
    const { heapMb, rssMb, state } = await askFixture<Record<string, number>>('attribution/leaks.cjs', options)
    expect(heapMb).toBeLessThan(2)
    expect(rssMb).toBeLessThan(22)
    expect(state).toBe('parked')
  })
})

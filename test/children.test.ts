import { describe, expect, test, vi } from 'vitest'
import { askFixture } from './helpers/child'
import { expectBetween } from './helpers/expect'
import { nodeVersions } from './helpers/nodes'

interface Family {
  /** What each child got, by the way in which it was started. */
  children: Record<string, { samplers: number }>
  /** Open files of the parent. */
  files: { path: string; closed: boolean }[]
  /** Taken by the parent meanwhile. */
  samples?: number
}

interface Measured {
  backend: string
  usedMs: number
  /** What the thread used from before the work to after it. */
  aroundMs: number
  cpuMs: number
  selfMs: number
  samples: number
}

interface Cluster {
  answers: { pid: number; usedMs: number; aroundMs: number; attributes: Record<string, number> }[]
  ends: [code: number, signal: string | null][]
}

/** For each program. */
const timeout = 50_000
vi.setConfig({ testTimeout: 2 * timeout })

describe.concurrent.each(nodeVersions)('$name', ({ path: node }) => {
  test.skipIf(node === undefined).each(['main', 'worker'])(
    'children get nothing from a process that samples, started in: %s',
    async (where) => {
      const start = (how: string) => askFixture<Family>('children/parent.cjs', { node, args: [where, how], timeout })
      const truth = await start('bare')
      const { children, files, samples } = await start('monitored')
      expect(samples).toBeGreaterThan(0)
      expect(children).toEqual(truth.children)
      expect(Object.values(children).map(({ samplers }) => samplers)).toEqual([0, 0, 0, 0, 0, 0])
      // Not by luck: what the sampler has open is not handed on.
      const ours = files.filter(({ path }) => /^\/(proc|sys)\//.test(path))
      expect(ours.length).toBeGreaterThan(3)
      expect(ours.filter(({ closed }) => !closed)).toEqual([])
    },
  )

  test.skipIf(node === undefined)('children that ask for a monitor have one of their own', async () => {
    const results = await askFixture<Measured[]>('children/asking.cjs', { node, timeout })
    expect(results).toHaveLength(3)
    for (const { backend, usedMs, aroundMs, cpuMs, selfMs, samples } of results) {
      expect(backend).toBe('native')
      expectBetween(5, selfMs, usedMs, aroundMs)
      expect(cpuMs).toBeGreaterThan(0.95 * usedMs)
      expect(samples).toBeGreaterThan(0)
    }
  })

  test.skipIf(node === undefined)('a cluster by register: each process measures its own spans', async () => {
    const nodeArgs = ['--import', 'spanmeter/register']
    const { answers, ends } = await askFixture<Cluster>('children/cluster.cjs', { node, nodeArgs, timeout })
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2)
    for (const { usedMs, aroundMs, attributes } of answers) {
      expectBetween(10, attributes['resource.cpu.self_ms']!, usedMs, aroundMs)
    }
    expect(ends).toEqual([
      [0, null],
      [0, null],
    ])
  })
})

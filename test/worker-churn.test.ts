import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askFixture, packageRoot, run } from './helpers/child'
import { expectWithin } from './helpers/expect'
import { nodeVersions } from './helpers/nodes'
import { oneOfThree } from './helpers/rounds'

interface Results {
  /** How many of the workers had a span with its own CPU time: all but those that are terminated earlier. */
  attributed: number
  /** Sampler threads after the last one. */
  samplers: number
  grown: Record<'heapKb' | 'rssMb' | 'files' | 'threads', number>
  /** Of a monitor of the main thread. */
  end: { backend: string; usedMs: number; cpuMs: number; threadMs: number; samples: number }
}

let folder: string
let heap: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  heap = join(folder, 'heap.node')
  const source = join(__dirname, 'fixtures/lifecycle/heap.c')
  const headers = join(packageRoot, 'node_modules/node-api-headers/include')
  const compiled = await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-I', headers, '-o', heap, source])
  expect(compiled).toMatchObject({ code: 0, stderr: '' })
})

afterAll(() => rmSync(folder, { recursive: true }))

interface Churn {
  warmUp: number
  count: number
  atOnce: number
  main: boolean
}

async function churn(node: string | undefined, { warmUp, count, atOnce, main }: Churn): Promise<Results> {
  const args = [heap, `${warmUp}`, `${count}`, `${atOnce}`, ...(main ? ['main'] : [])]
  // The C library counts what its threads keep for themselves as in use: chance of tens of kB.
  const env = { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' }
  const options = { node, nodeArgs: ['--expose-gc'], args, env, timeout: 240_000 }
  const results = await askFixture<Results>('lifecycle/churn.cjs', options)
  const { attributed, grown, end } = results
  expect(attributed).toBe(0.75 * count)
  // Node.js itself keeps 0.1 to 0.3 kB of each, and chance some of all.
  expect(grown.heapKb).toBeLessThan(count + 10)
  // What is not in the C library's heap: the history of a thread alone takes 0.8 MB.
  expect(grown.rssMb).toBeLessThan(40)
  expect(grown).toMatchObject({ files: 0, threads: 0 })
  expect(end.backend).toBe('native')
  expectWithin(3, end.threadMs, end.usedMs)
  expect(end.cpuMs).toBeGreaterThan(0.97 * end.usedMs)
  expect(end.samples).toBeGreaterThan(0)
  return results
}

// The two mechanisms by which turns are noticed; a few workers are terminated on each version in attribution-lifetime.test.ts.
const cases: Record<string, [what: string, Churn][]> = {
  20: [
    ['workers that load the addon, several at once', { warmUp: 48, count: 100, atOnce: 4, main: false }],
    ['workers that load the addon, one after the other', { warmUp: 20, count: 20, atOnce: 1, main: false }],
  ],
  26: [
    ['a thousand workers, beside a monitor of the main thread', { warmUp: 48, count: 1000, atOnce: 4, main: true }],
    ['workers that load the addon, one after the other', { warmUp: 20, count: 20, atOnce: 1, main: false }],
  ],
}

describe.each(Object.keys(cases))('what is terminated in a span leaves nothing', (major) => {
  const { name, path } = nodeVersions.find(({ name }) => name.startsWith(`Node.js ${major}`))!

  test.skipIf(path === undefined).each(cases[major]!)(
    `%s, on ${name}`,
    { ...oneOfThree, timeout: 240_000 },
    async (_, options) => {
      const { samplers } = await churn(path, options)
      expect(samplers).toBe(options.main ? 1 : 0)
    },
  )
})

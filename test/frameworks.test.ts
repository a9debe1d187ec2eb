import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { packageRoot, run } from './helpers/child'
import { nodeVersions } from './helpers/nodes'
import { installPackage } from './helpers/sdks'

// Frameworks that give each file of tests a realm of its own, and drop it with whatever the file has left open.

vi.setConfig({ testTimeout: 900_000 })

const home = join(packageRoot, 'build/frameworks')
const fixtures = join(packageRoot, 'test/fixtures/frameworks')
const node = nodeVersions.find(({ major }) => major === 24)!
function whySkipped(): string {
  if (!existsSync(join(home, 'node_modules/vitest'))) return ' (skipped: run `npm run tools` first)'
  return node.path === undefined ? ' (skipped: run `npm run nodes` first)' : ''
}

/** How long a test may take: for what hangs. In ms. */
const testTimeout = 120_000

/** With one worker: something of each file is kept, and of several workers one may run more files than the others. */
const vitest = (pool: string) => ({
  kind: 'mjs',
  program: 'vitest/vitest.mjs',
  args: ['run'],
  fileCount: 20,
  config: {
    test: { pool, globals: true, maxWorkers: 1, vmMemoryLimit: '4GB', include: ['*.test.mjs'], testTimeout },
  },
})

/** How each is started, how many files of tests it is given, and the configuration that it reads. */
const frameworks = {
  Jest: {
    kind: 'cjs',
    program: 'jest/bin/jest.js',
    args: ['--runInBand'],
    fileCount: 60,
    config: { testMatch: ['**/*.test.cjs'], testTimeout },
  },
  'Vitest, vmForks': vitest('vmForks'),
  'Vitest, vmThreads': vitest('vmThreads'),
}
type Framework = (typeof frameworks)[keyof typeof frameworks]

/** Runs the files of tests; how large the heap of each worker was in the last of its files, in MB. */
async function heapsAfter(
  { kind, program, args, fileCount, config }: Framework,
  withSpanmeter: boolean,
): Promise<number[]> {
  const folder = join(home, 'files')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  copyFileSync(join(fixtures, 'heap.cjs'), join(folder, 'heap.cjs'))
  for (let i = 0; i < fileCount; i++)
    copyFileSync(join(fixtures, `traced.test.${kind}`), join(folder, `${i}.test.${kind}`))
  const name = kind === 'cjs' ? 'jest.config.mjs' : 'vitest.config.mjs'
  writeFileSync(join(folder, name), `export default ${JSON.stringify(config)}`)
  const heaps = join(folder, 'heaps')
  const env = { HEAPS: heaps, ...(withSpanmeter && { WITH_SPANMETER: '1' }) }
  const command = [join(home, 'node_modules', program), ...args]
  const { code, stdout, stderr } = await run(node.path!, command, env, 400_000, folder)
  expect(code, stdout + stderr).toBe(0)
  const lines: { worker: string; heapMb: number }[] = readFileSync(heaps, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toHaveLength(fileCount)
  return [...new Map(lines.map(({ worker, heapMb }) => [worker, heapMb])).values()]
}

const why = whySkipped()

describe.skipIf(why !== '')(`the heap after many files of tests is what it is without spanmeter${why}`, () => {
  beforeAll(() => installPackage(join(home, 'node_modules'), inject('packed').filename))

  test.each(Object.entries(frameworks))('%s', async (_name, framework) => {
    const without = await heapsAfter(framework, false)
    const withSpanmeter = await heapsAfter(framework, true)
    expect(Math.max(...withSpanmeter)).toBeLessThan(Math.max(...without) + 3)
  })
})

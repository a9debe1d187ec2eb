import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot, run } from './helpers/child'

// A few of the calls that `npm run faults` lets fail: what they must not do to the core and to a program of Node.js is
// said there, and was seen to be noticed. No errno is left out that made a difference.

const script = join(packageRoot, 'scripts/faults.mjs')
const timeout = 900_000

async function faultsIn(option: string): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await run(process.execPath, [script, '--brief', option], {}, timeout)
  const lines = stdout.trimEnd().split('\n')
  expect({ problems: lines.slice(0, -1), code, stderr }).toEqual({ problems: [], code: 0, stderr: '' })
  return JSON.parse(lines.at(-1)!)
}

test(
  'no call that fails in the core crashes it, hangs it, makes a number wrong or loses anything',
  async () => {
    const figures = await faultsIn('--core-only')
    expect(figures['kinds of calls, core']).toBeGreaterThan(50)
    expect(figures['calls made to fail, core']).toBeGreaterThan(100)
    expect(figures['numbers compared with the truth, core']).toBeGreaterThan(10_000)
  },
  2 * timeout,
)

test(
  'no call of the addon that fails reaches a program of Node.js',
  async () => {
    const figures = await faultsIn('--node-only')
    expect(figures['kinds of calls, Node.js']).toBeGreaterThan(40)
    expect(figures['calls made to fail, Node.js']).toBeGreaterThan(40)
  },
  2 * timeout,
)

test('an option that there is not is said', async () => {
  const stderr = 'faults: unknown option --breif; there are --brief, --core-only and --node-only\n'
  expect(await run(process.execPath, [script, '--breif'])).toEqual({ code: 2, signal: null, stdout: '', stderr })
})

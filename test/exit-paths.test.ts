import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type Ended, run } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

// The truth is the same program without a monitor. The program goes on to its end only once the monitor is at work.

/** The ways to end, each with the code or signal that it has by what it is. */
const ways: [string, number | NodeJS.Signals][] = [
  ['return from main', 4],
  ['process.exit(3)', 3],
  ['uncaught error', 1],
  ['uncaught error that is handled', 0],
  ['unhandled rejection', 1],
  ['beforeExit that goes on', 0],
  ['SIGTERM', 'SIGTERM'],
  ['SIGTERM with a handler that exits', 0],
  ['SIGTERM with a handler that lets it end', 0],
  ['SIGKILL', 'SIGKILL'],
  ['process.abort()', 'SIGABRT'],
  ['worker.terminate()', 0],
  ['worker that returns', 0],
  ['worker with process.exit(5)', 0],
  ['worker with an uncaught error', 0],
  ['worker with an unhandled rejection', 0],
]

interface Setup {
  main?: boolean
  worker?: boolean
  register?: boolean
}

/** Where the monitor is. */
const setups: Record<string, Setup> = {
  'in the main thread': { main: true },
  'in a worker': { worker: true },
  'in both': { main: true, worker: true },
  'in both, by register': { main: true, worker: true, register: true },
}

/** For each program. */
const timeout = 200_000
vi.setConfig({ testTimeout: 2 * timeout })

const app = join(__dirname, 'fixtures/exit/app.cjs')

async function end(node: string, way: string, setup: Setup): Promise<Ended> {
  const preload = setup.main && setup.register ? ['--import', 'spanmeter/register'] : []
  const args = [...preload, app, way, JSON.stringify(setup)]
  return comparable(await run('sh', ['-c', 'ulimit -c 0; exec "$0" "$@"', node, ...args], {}, timeout))
}

/**
 * Without what no two runs have in common, the id of the process and addresses, and without a frame that Node.js itself
 * adds to some stacks as soon as anybody uses async_hooks.
 */
function comparable({ stderr, ...ended }: Ended): Ended {
  const lines = stderr.split('\n').filter((line) => !line.includes('.callbackTrampoline (node:internal/async_hooks:'))
  const text = lines.join('\n').replaceAll(/\b0x[0-9a-f]+/g, '0x…')
  return { ...ended, stderr: text.replaceAll(/\(node:\d+\)/g, '(node:…)') }
}

describe.each(nodeVersions)('$name', ({ name, path }) => {
  // The two mechanisms by which turns are noticed; between them it is enough to see that nothing goes wrong.
  const names = Object.keys(setups).slice(/20|26/.test(name) ? 0 : -1)

  describe.concurrent.each(ways)('%s is as it is without a monitor', (way, expected) => {
    let truth: Promise<Ended> | undefined

    test.skipIf(path === undefined).each(names)('%s', async (name) => {
      truth ??= end(path!, way, {})
      const { code, signal } = await truth
      expect(code ?? signal).toBe(expected)
      expect(await end(path!, way, setups[name]!)).toEqual(await truth)
    })
  })
})

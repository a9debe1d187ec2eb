import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type Ended, run } from './helpers/child'
import { nodeVersions } from './helpers/nodes'

// The truth is the same program without a monitor.

/** For each program. */
const timeout = 200_000
vi.setConfig({ testTimeout: 2 * timeout })

const program = join(__dirname, 'fixtures/exit/out-of-memory.cjs')

interface Setup {
  monitored?: boolean
  register?: boolean
}

const setups: [string, Setup][] = [
  ['a processor', { monitored: true }],
  ['register', { monitored: true, register: true }],
]

async function end(node: string, where: 'main' | 'worker', setup: Setup): Promise<Ended> {
  const flags = where === 'main' ? ['--max-old-space-size=48'] : []
  const preload = setup.register ? ['--import', 'spanmeter/register'] : []
  const args = [...flags, ...preload, program, where, JSON.stringify(setup)]
  return await run('sh', ['-c', 'ulimit -c 0; exec "$0" "$@"', node, ...args], {}, timeout)
}

/** Without what is never the same: which collections were the last, what asked for the memory, and how V8 gave up. */
function comparable({ stderr, ...ended }: Ended): Ended {
  const lines = stderr.split('\n').filter((line) => /^(FATAL|<---|-----)/.test(line))
  return { ...ended, stderr: lines.join('\n').replace(/(?<=FATAL ERROR: ).*(?= Allocation failed)/, '…') }
}

describe.concurrent.each(nodeVersions)('out of memory on $name', ({ path }) => {
  let worker: Promise<Ended> | undefined
  let main: Promise<Ended> | undefined

  test.skipIf(path === undefined).each(setups)('a worker ends as it does without a monitor: %s', async (_, setup) => {
    worker ??= end(path!, 'worker', {})
    const truth = await worker
    expect(truth.stdout).toMatch(/^ERR_WORKER_OUT_OF_MEMORY .*\nworker ended with 1\nexit 0\n$/)
    expect(await end(path!, 'worker', setup)).toEqual(truth)
  })

  test.skipIf(path === undefined).each(setups)(
    'the process aborts as it does without a monitor: %s',
    async (_, setup) => {
      main ??= end(path!, 'main', {})
      const truth = comparable(await main)
      expect(truth).toMatchObject({ code: null, signal: 'SIGABRT', stdout: '' })
      expect(truth.stderr).toContain('JavaScript heap out of memory')
      expect(comparable(await end(path!, 'main', setup))).toEqual(truth)
    },
  )
})

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MissedTicks, MonitorHealth } from 'spanmeter'
import { expect, test } from 'vitest'
import { canThrottle, makeQuotaGroup, quotaGroup, removeQuotaGroup } from './helpers/cgroup'

const fixture = join(__dirname, 'fixtures/gaps.cjs')

/** A sampler at 1 kHz in a process of its own, to which something happens after it has sampled for a while. */
async function gapsOf(
  command: readonly string[],
  happen: (child: ChildProcessWithoutNullStreams) => unknown,
): Promise<{ missed: MissedTicks; maxGapMs: number }> {
  const child = spawn(command[0]!, command.slice(1))
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const health = async (): Promise<MonitorHealth> => JSON.parse((await lines.next()).value as string)
    const before = await health()
    await happen(child)
    child.stdin.write('end\n')
    const after = await health()
    await once(child, 'exit')
    const missed = { ...after.missedTicks }
    for (const cause of Object.keys(missed) as (keyof MissedTicks)[]) missed[cause] -= before.missedTicks[cause]
    return { missed, maxGapMs: after.maxGapMs }
  } finally {
    child.kill('SIGKILL')
  }
}

function mostly(cause: keyof MissedTicks, missed: MissedTicks): void {
  const total = Object.values(missed).reduce((sum, ticks) => sum + ticks, 0)
  expect(missed[cause], JSON.stringify(missed)).toBeGreaterThan(total / 2)
}

const node = process.execPath

test.each([['idle'], ['spin']])('a process that is stopped misses ticks because it is stopped (%s)', async (load) => {
  const { missed, maxGapMs } = await gapsOf([node, fixture, load], async (child) => {
    for (let i = 0; i < 10; i++) {
      child.kill('SIGSTOP')
      await sleep(40)
      child.kill('SIGCONT')
      await sleep(20)
    }
  })
  expect(missed.stopped).toBeGreaterThan(300)
  mostly('stopped', missed)
  expect(maxGapMs).toBeGreaterThan(38)
})

const canYield = spawnSync('chrt', ['--idle', '0', 'taskset', '--cpu-list', '0', 'true']).status === 0

test.skipIf(!canYield)('a sampler that gets no CPU is starved (needs chrt, taskset and CPU 0)', async () => {
  const command = ['taskset', '--cpu-list', '0', 'chrt', '--idle', '0', node, fixture]
  const { missed } = await gapsOf(command, async () => {
    const rival = spawn('taskset', ['--cpu-list', '0', node, '-e', 'for (;;);'])
    await sleep(1500)
    rival.kill('SIGKILL')
    await once(rival, 'exit')
  })
  expect(missed.starved).toBeGreaterThan(300)
  mostly('starved', missed)
})

test.skipIf(!canThrottle)('a quota that is used up throttles (needs a writable cgroup of version 1)', async () => {
  expect(makeQuotaGroup()).toBe(true)
  try {
    const enter = `echo $$ > ${join(quotaGroup, 'cgroup.procs')} && exec "$0" "$@"`
    const { missed } = await gapsOf(['sh', '-c', enter, node, fixture, 'spin'], () => sleep(2000))
    expect(missed.throttled).toBeGreaterThan(500)
    mostly('throttled', missed)
  } finally {
    removeQuotaGroup()
  }
})

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MissedTicks, MonitorHealth } from 'spanmeter'
import { expect, test } from 'vitest'
import { canThrottle, makeQuotaGroup, quotaGroup, removeQuotaGroup } from './helpers/cgroup'
import { oneOfThree } from './helpers/rounds'

const fixture = join(__dirname, 'fixtures/gaps.cjs')

/** How long the sampler of a process was ready to run and had no CPU, as the kernel books it. */
function samplerDelayMs(pid: number): number {
  const tasks = `/proc/${pid}/task`
  const read = (tid: string, file: string) => readFileSync(join(tasks, tid, file), 'utf8')
  const sampler = readdirSync(tasks).find((tid) => read(tid, 'comm').trim() === 'spanmeter')!
  return Number(read(sampler, 'schedstat').split(' ')[1]) / 1e6
}

/** A sampler at 1 kHz in a process of its own, to which something happens after it has sampled for a while. */
async function gapsOf(
  command: readonly string[],
  happen: (child: ChildProcessWithoutNullStreams) => unknown,
): Promise<{ missed: MissedTicks; maxGapMs: number; starvedMs: number }> {
  const child = spawn(command[0]!, command.slice(1))
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const health = async (): Promise<MonitorHealth> => JSON.parse((await lines.next()).value as string)
    const before = await health()
    const delayBefore = samplerDelayMs(child.pid!)
    await happen(child)
    const starvedMs = samplerDelayMs(child.pid!) - delayBefore
    child.stdin.write('end\n')
    const after = await health()
    await once(child, 'exit')
    const missed = { ...after.missedTicks }
    for (const cause of Object.keys(missed) as (keyof MissedTicks)[]) missed[cause] -= before.missedTicks[cause]
    return { missed, maxGapMs: after.maxGapMs, starvedMs }
  } finally {
    child.kill('SIGKILL')
  }
}

function mostly(cause: keyof MissedTicks, missed: MissedTicks): void {
  const total = Object.values(missed).reduce((sum, ticks) => sum + ticks, 0)
  expect(missed[cause], JSON.stringify(missed)).toBeGreaterThan(total / 2)
}

const node = process.execPath

test.each([['idle'], ['spin']])(
  'a process that is stopped misses ticks because it is stopped (%s)',
  oneOfThree,
  async (load) => {
    const { missed, maxGapMs, starvedMs } = await gapsOf([node, fixture, load], async (child) => {
      for (let i = 0; i < 10; i++) {
        child.kill('SIGSTOP')
        await sleep(40)
        child.kill('SIGCONT')
        await sleep(20)
      }
    })
    // A gap in which it waited for a CPU for longer than it was stopped is put down to that.
    expect(missed.stopped).toBeGreaterThan(300 - starvedMs)
    mostly('stopped', { ...missed, starved: Math.max(0, missed.starved - starvedMs) })
    expect(maxGapMs).toBeGreaterThan(38)
  },
)

const canYield = spawnSync('chrt', ['--idle', '0', 'taskset', '--cpu-list', '0', 'true']).status === 0

test.skipIf(!canYield)('a sampler that gets no CPU is starved (needs chrt, taskset and CPU 0)', async () => {
  // Not from its beginning: where others keep that CPU busy it would hardly begin, nor end.
  const { missed } = await gapsOf(['taskset', '--cpu-list', '0', node, fixture], async ({ pid }) => {
    const schedule = (policy: string) => spawnSync('chrt', ['--all-tasks', policy, '--pid', '0', `${pid}`])
    expect(schedule('--idle').status).toBe(0)
    const rival = spawn('taskset', ['--cpu-list', '0', node, '-e', 'for (;;);'])
    await sleep(1500)
    rival.kill('SIGKILL')
    await once(rival, 'exit')
    schedule('--other')
  })
  expect(missed.starved).toBeGreaterThan(300)
  mostly('starved', missed)
})

test.skipIf(!canThrottle)('a quota that is used up throttles (needs a writable cgroup of version 1)', async () => {
  expect(makeQuotaGroup()).toBe(true)
  try {
    const enter = `echo $$ > ${join(quotaGroup, 'cgroup.procs')} && exec "$0" "$@"`
    const { missed, starvedMs } = await gapsOf(['sh', '-c', enter, node, fixture, 'spin'], () => sleep(2000))
    // Who gets no CPU from others uses up less of the quota.
    expect(missed.throttled).toBeGreaterThan(500 - starvedMs)
    mostly('throttled', { ...missed, starved: Math.max(0, missed.starved - starvedMs) })
  } finally {
    removeQuotaGroup()
  }
})

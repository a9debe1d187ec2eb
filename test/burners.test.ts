import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createMonitor } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { cpuMsOf, hostCpuMs, threads } from './helpers/cpu.cjs'
import { expectWithin } from './helpers/expect'
import { median, sum } from './helpers/numbers'
import { settle } from './helpers/settle'
import { TestThread } from './helpers/worker'

beforeAll(settle)

/** CPU of the whole process in ms, ended threads included. Exact while no other thread runs. */
function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function samplerCpuMs(): number {
  const sampler = threads().find(({ name }) => name === 'spanmeter')
  return sampler ? cpuMsOf(sampler.tid) : 0
}

/** A thread that burns and is gone; what it used until its last look at its clock. */
async function burnOnce(cpuMs: number): Promise<number> {
  const worker = new Worker(join(__dirname, 'fixtures/burner.cjs'), { workerData: cpuMs })
  const ended = once(worker, 'exit')
  const [used] = await once(worker, 'message')
  await ended
  return used
}

/**
 * The median of what `share` finds in several rounds. Compilers and collectors run on threads of their own, and what they
 * use just before a window or just after it is in the truth, but not in the window.
 */
async function typical(share: () => Promise<number>): Promise<number> {
  const shares: number[] = []
  for (let round = 0; round < 5; round++) shares.push(await share())
  return median(shares)
}

describe('threads that burn', () => {
  test('four at once are counted to 1 %, each in full', async () => {
    const workers = await Promise.all(Array.from({ length: 4 }, () => TestThread.start()))
    try {
      await Promise.all(workers.map((worker) => worker.do('burn', 20)))
      using monitor = createMonitor({ backend: 'native' }).start()
      await sleep(50)
      const share = await typical(async () => {
        const before = hostCpuMs()
        using mark = monitor.mark()
        const burns = await Promise.all(workers.map((worker) => worker.do('burn', 150)))
        const { cpu, thread } = monitor.since(mark)
        const truth = hostCpuMs() - before
        const burned = sum(burns.map(({ usedMs }) => usedMs))
        expect(burned).toBeGreaterThanOrEqual(600)
        expect(cpu!.timeMs).toBeGreaterThan(burned)
        expect(thread!.timeMs).toBeLessThan(60)
        return cpu!.timeMs / truth
      })
      expectWithin(1, share, 1)
    } finally {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()))
    }
  })

  test('those that come and go between two ticks are counted to 2 %', async () => {
    using monitor = createMonitor({ backend: 'native', periodMs: 20_000, maxOverheadPercent: 0 }).start()
    await burnOnce(1)
    const share = await typical(async () => {
      const before = processCpuMs() - samplerCpuMs()
      using mark = monitor.mark()
      let burned = 0
      for (let i = 0; i < 8; i++) burned += await burnOnce(25)
      const { cpu, samples } = monitor.since(mark)
      const truth = processCpuMs() - samplerCpuMs() - before
      expect(samples).toBeLessThan(3)
      expect(burned).toBeGreaterThanOrEqual(200)
      expect(cpu!.timeMs).toBeGreaterThan(burned)
      return cpu!.timeMs / truth
    })
    expectWithin(2, share, 1)
  })
})

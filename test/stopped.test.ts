import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MonitorHealth } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { expectBetween } from './helpers/expect'
import { sum } from './helpers/numbers'

/** Of the span: what lies certainly inside it, and what lies certainly around it. */
interface Times {
  durationMs: number
  /** Of its thread, for a CPU. */
  waitMs: number
}

interface Printed {
  attributes: Record<string, number>
  truth: Record<'cpuMs' | 'threadMs' | 'burnedMs' | 'samplerWaitMs', number> &
    Record<'inside' | 'around', Times> & { missedBefore: MonitorHealth['missedTicks'] }
  health: MonitorHealth
}

/** What the threads of a process do: run or wait for a CPU (R), sleep (S), or stand still (T). */
function statesOf(pid: number): Set<string> {
  const tasks = `/proc/${pid}/task`
  return new Set(readdirSync(tasks).map((tid) => /\) (\w)/.exec(readFileSync(`${tasks}/${tid}/stat`, 'utf8'))![1]!))
}

/** Stops a process five times while its span is open, or before that. Returns for how long at least it stood still, too. */
async function stopped(backend: string, how: string): Promise<Printed & { stoodMs: number }> {
  const child = spawn(process.execPath, [join(__dirname, 'fixtures/lifecycle/stopped.cjs'), backend, how])
  child.stderr.pipe(process.stderr)
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    await lines.next()
    let stoodMs = 0
    for (let i = 0; i < 5; i++) {
      await sleep(40)
      child.kill('SIGSTOP')
      // On a busy machine, even to stop takes its time.
      await expect.poll(() => statesOf(child.pid!), { interval: 1 }).toEqual(new Set(['T']))
      const begin = performance.now()
      await sleep(60)
      stoodMs += performance.now() - begin
      child.kill('SIGCONT')
    }
    await sleep(40)
    const exit = once(child, 'exit')
    child.stdin.write('end\n')
    const printed: Printed = JSON.parse((await lines.next()).value)
    await exit
    return { ...printed, stoodMs }
  } finally {
    child.kill('SIGKILL')
  }
}

describe.each(['native', 'js'])('a span of a process that is stopped, %s', (backend) => {
  test.each(['busy', 'idle'])('%s: what was used is all there, and what was not seen is named', async (how) => {
    const { attributes, truth, health, stoodMs } = await stopped(backend, how)
    const { inside, around } = truth
    expect(inside.durationMs).toBeGreaterThan(stoodMs)

    const cpuMs = attributes['resource.cpu.time_ms']!
    // That of JavaScript runs on a thread of the host, and leaves itself out, too.
    const hostMs = truth.cpuMs - (backend === 'js' ? health.cpuTimeMs : 0)
    // Reading the truth is part of the span.
    expect(Math.abs(cpuMs - hostMs)).toBeLessThan(0.03 * hostMs + 10)
    const average = ({ durationMs }: Times) => (100 * cpuMs) / durationMs
    expectBetween(3, attributes['resource.cpu.avg']!, average(around), average(inside))
    expect(attributes['resource.cpu.max']).toBeLessThan(102 * availableParallelism())

    // A signal takes its time to arrive.
    const goneMs = 0.75 * stoodMs
    expect(attributes['resource.coverage']).toBeLessThan(1 - goneMs / around.durationMs)
    expect(health.maxGapMs).toBeGreaterThan(goneMs / 5)
    if (backend === 'js') return
    expect(health.missedTicks.stopped).toBeGreaterThan(goneMs)

    // Who is stopped does not wait for a CPU.
    const waitMs = attributes['resource.cpu.wait_ms']!
    expect(waitMs).toBeGreaterThan(inside.waitMs - 2)
    expect(waitMs).toBeLessThan(around.waitMs + 0.1 * stoodMs)
    const selfMs = attributes['resource.cpu.self_ms']!
    expect(selfMs).toBeGreaterThan(0.98 * truth.burnedMs)
    expect(selfMs).toBeLessThan(1.02 * truth.threadMs + 10)
  })
})

test('a stop while the sampler is parked is no gap', async () => {
  const { truth, health, stoodMs } = await stopped('native', 'parked')
  const ticks = sum(Object.values(health.missedTicks)) - sum(Object.values(truth.missedBefore))
  expect(health.missedTicks.stopped).toBe(truth.missedBefore.stopped)
  // A tick each millisecond, and none while its thread has no CPU.
  expect(ticks).toBeLessThan(0.3 * stoodMs + truth.samplerWaitMs)
})

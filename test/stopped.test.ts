import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MonitorHealth } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { expectWithin } from './helpers/expect'
import { sum } from './helpers/numbers'

interface Printed {
  attributes: Record<string, number>
  truth: Record<'durationMs' | 'cpuMs' | 'threadMs' | 'burnedMs' | 'waitMs', number>
  health: MonitorHealth
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
    expect(truth.durationMs).toBeGreaterThan(stoodMs)

    const cpuMs = attributes['resource.cpu.time_ms']!
    // That of JavaScript runs on a thread of the host, and leaves itself out, too.
    const hostMs = truth.cpuMs - (backend === 'js' ? health.cpuTimeMs : 0)
    // Reading the truth is part of the span.
    expect(Math.abs(cpuMs - hostMs)).toBeLessThan(0.03 * hostMs + 10)
    expectWithin(3, attributes['resource.cpu.avg']!, (100 * cpuMs) / truth.durationMs)
    expect(attributes['resource.cpu.max']).toBeLessThan(102 * availableParallelism())

    // A signal takes its time to arrive.
    const goneMs = 0.75 * stoodMs
    expect(attributes['resource.coverage']).toBeLessThan(1 - goneMs / truth.durationMs)
    expect(health.maxGapMs).toBeGreaterThan(goneMs / 5)
    if (backend === 'js') return
    expect(health.missedTicks.stopped).toBeGreaterThan(goneMs)

    // Who is stopped does not wait for a CPU.
    const waitMs = attributes['resource.cpu.wait_ms']!
    expect(waitMs).toBeGreaterThan(truth.waitMs - 2)
    expect(waitMs).toBeLessThan(truth.waitMs + 0.1 * stoodMs)
    const selfMs = attributes['resource.cpu.self_ms']!
    expect(selfMs).toBeGreaterThan(0.98 * truth.burnedMs)
    expect(selfMs).toBeLessThan(1.02 * truth.threadMs + 10)
  })
})

test('a stop while the sampler is parked is no gap', async () => {
  const { health, stoodMs } = await stopped('native', 'parked')
  expect(health.missedTicks.stopped).toBe(0)
  expect(sum(Object.values(health.missedTicks))).toBeLessThan(0.3 * stoodMs)
})

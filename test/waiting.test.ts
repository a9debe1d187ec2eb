import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MonitorHealth, ResourceStats } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { run } from './helpers/child'
import { expectWithin } from './helpers/expect'
import { oneOfThree } from './helpers/rounds'

interface Pinned {
  stats: ResourceStats
  truth: { cpuMs: number; delayMs: number }
  health: MonitorHealth
}

/** The first CPU this process may use; it need not be 0. */
const cpu = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
const reason =
  spawnSync('taskset', ['-c', cpu ?? '', 'true']).status === 0
    ? undefined
    : 'skipped: taskset cannot pin a process here'

describe(`waiting for a CPU${reason ? ` (${reason})` : ''}`, () => {
  test.skipIf(reason)('two threads that spin on one CPU wait half of the time', oneOfThree, async () => {
    const fixture = join(__dirname, 'fixtures/pinned.cjs')
    const { code, stdout, stderr } = await run('taskset', ['-c', cpu!, process.execPath, fixture])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { stats, truth, health }: Pinned = JSON.parse(stdout)
    expect(health.sources.schedstat).toEqual({ available: true })
    const { durationMs, thread } = stats

    // As the kernel's own books of the thread have it.
    expect(Math.abs(thread!.waitMs! - truth.delayMs)).toBeLessThan(5 + truth.delayMs / 100)
    expectWithin(2, thread!.timeMs, truth.cpuMs)
    // A thread that spins either runs or waits.
    expectWithin(3, thread!.timeMs + thread!.waitMs!, durationMs)
    // The other one always takes its half; what else runs on that CPU takes from both.
    const waited = thread!.waitMs! / durationMs
    expect(waited).toBeGreaterThan(0.4)
    const both = stats.cpu!.timeMs / durationMs
    if (both > 0.95) {
      expect(waited).toBeLessThan(0.6)
      expect(thread!.timeMs / durationMs).toBeGreaterThan(0.4)
    }
    expect(both).toBeLessThan(1.02)
  })
})

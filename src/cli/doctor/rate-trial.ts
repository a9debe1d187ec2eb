/** Samples at one period in a process of its own, so that the totals of `health()` are about this period alone. */

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from '../../create-monitor.js'
import type { MissedTicks, MonitorHealth } from '../../health.js'
import type { ResourceMonitor } from '../../types.js'
import { answer } from './child.js'

/** What happened between two readings of `health()`, and the second of them. */
export interface RateOutcome {
  durationMs: number
  samples: number
  missedTicks: MissedTicks
  cpuMs: number
  health: MonitorHealth
}

async function run(periodMs: number, maxOverheadPercent: number, settleMs: number, durationMs: number): Promise<void> {
  const monitor = createMonitor({ periodMs, maxOverheadPercent, historyMs: 2000, whenIdle: 'sample' }).start()
  await sleep(settleMs)
  const { health: before, atMs: begin } = await afterSample(monitor)
  await sleep(durationMs)
  const { health, atMs: end } = await afterSample(monitor)
  const outcome: RateOutcome = {
    durationMs: end - begin,
    samples: health.samples - before.samples,
    missedTicks: difference(health.missedTicks, before.missedTicks),
    cpuMs: health.cpuTimeMs - before.cpuTimeMs,
    health,
  }
  monitor.stop()
  answer(outcome)
}

/** How long a sample is waited for. */
const patienceMs = 1000

/** Right after a sample: what a sampler without a CPU misses counts as missed only once it runs again. */
async function afterSample(monitor: ResourceMonitor): Promise<{ health: MonitorHealth; atMs: number }> {
  const { samples } = monitor.health()
  const last = performance.now() + patienceMs
  for (;;) {
    await nextTurn()
    const [health, atMs] = [monitor.health(), performance.now()]
    if (health.samples > samples || atMs > last) return { health, atMs }
  }
}

function difference(after: MissedTicks, before: MissedTicks): MissedTicks {
  const entries = Object.entries(after).map(([cause, ticks]) => [cause, ticks - before[cause as keyof MissedTicks]])
  return Object.fromEntries(entries)
}

const [periodMs, maxOverheadPercent, settleMs, durationMs] = process.argv.slice(2).map(Number)
run(periodMs!, maxOverheadPercent!, settleMs!, durationMs!)

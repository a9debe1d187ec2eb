import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import type { MonitorHealth } from 'spanmeter'

/** What a reader must know to judge the numbers. */
export function machineFacts(): [string, string][] {
  return [
    ['CPU', `${cpus()[0]?.model.trim() || 'unknown model'}, ${availableParallelism()} usable cores`],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['System', `${type()} ${release()}, ${process.arch}`],
    ['Node.js', process.version],
  ]
}

export function samplerFacts(health: MonitorHealth): [string, string][] {
  const { lateness } = health
  return [
    ['Backend', health.backend + (health.backendReason ? ` (${health.backendReason})` : '')],
    ['Period', `${health.periodMs} ms (wanted ${health.wantedPeriodMs} ms)`],
    ['Samples', `${health.samples}, ${missed(health)} ticks missed`],
    [
      'Lateness',
      `p50 ${lateness.p50.toFixed(3)} ms, p99 ${lateness.p99.toFixed(3)} ms, max ${lateness.max.toFixed(3)} ms`,
    ],
    ['CPU of the sampler', `${health.cpuTimeMs.toFixed(1)} ms`],
    ['Memory of the sampler', `${(health.memoryBytes / 2 ** 20).toFixed(1)} MiB`],
  ]
}

/** `12 (5 starved, 7 unknown)` */
function missed({ missedTicks }: MonitorHealth): string {
  const causes = Object.entries(missedTicks).filter(([, ticks]) => ticks > 0)
  const total = causes.reduce((sum, [, ticks]) => sum + ticks, 0)
  return total === 0 ? '0' : `${total} (${causes.map(([cause, ticks]) => `${ticks} ${cause}`).join(', ')})`
}

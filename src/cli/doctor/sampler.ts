import { setTimeout as sleep } from 'node:timers/promises'
import { binaryPath } from '../../backend/native/binary.js'
import type { Binding, NativeHost } from '../../backend/native/binding.js'
import { createMonitor } from '../../create-monitor.js'
import type { MonitorHealth } from '../../health.js'
import { packageRoot, placeIn, withoutFolders } from './privacy.js'
import type { SamplerFacts, SourceFacts } from './report.js'

type SourceName = SourceFacts['name']
type Costs = Partial<Record<SourceName, number>>

const readings = 200

/** Of a monitor with all sources that ran for a moment. Throws why there can be none. */
export async function tryMonitor(): Promise<MonitorHealth> {
  const monitor = createMonitor({ whenIdle: 'sample', historyMs: 1000 }).start()
  await sleep(100)
  const health = monitor.health()
  monitor.stop()
  return health
}

export function describeSampler(health: MonitorHealth, host: NativeHost | undefined, cwd: string): SamplerFacts {
  const { backend, backendReason } = health
  return {
    backend,
    reason: backendReason === undefined ? null : withoutFolders(backendReason, cwd),
    binary: binaryPath === undefined ? null : placeIn(packageRoot, binaryPath),
    nodeApi: host?.nodeApi ?? null,
  }
}

export function describeSources(
  { backend, sources }: MonitorHealth,
  binding: Binding | undefined,
  host: NativeHost | undefined,
): SourceFacts[] {
  const costs = backend === 'native' ? binding?.sourceCosts(readings) : jsCosts()
  const resolutions = backend === 'native' ? nativeResolutions(host) : jsResolutions
  return Object.entries(sources).map(([key, { available, reason = null }]) => {
    const name = key as SourceName
    const costMs = costs?.[name]
    return {
      name,
      available,
      reason,
      costUs: costMs === undefined ? null : 1000 * costMs,
      resolution: (costMs !== undefined && resolutions[name]) || null,
    }
  })
}

function nativeResolutions(host: NativeHost | undefined): Partial<Record<SourceName, string>> {
  const ofPages = host?.pageBytes === undefined ? {} : { memory: `${host.pageBytes} B`, io: `${host.pageBytes} B` }
  const cgroup = host?.cgroupVersion === 2 ? '1 µs' : '1 ns'
  return { threads: '1 ns', faults: '1', schedstat: '1 ns', network: '1 B', cgroup, ...ofPages }
}

const jsResolutions: Partial<Record<SourceName, string>> = { threads: '1 µs', faults: '1' }

/** The calls of the JavaScript sampler, in ms. */
function jsCosts(): Costs {
  const usage = medianMs(() => process.resourceUsage())
  return { threads: usage, memory: medianMs(() => process.memoryUsage.rss()), faults: usage }
}

function medianMs(call: () => unknown): number {
  const times = Array.from({ length: readings }, () => {
    const before = performance.now()
    call()
    return performance.now() - before
  })
  return times.sort((a, b) => a - b)[readings / 2]!
}

import { existsSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { libcs } from '../../backend/native/binary.js'
import type { NativeHost } from '../../backend/native/binding.js'
import { field, read } from './files.js'
import type { CgroupFacts, MachineFacts } from './report.js'

export function examineMachine(): MachineFacts {
  const all = cpus()
  return {
    platform: platform(),
    arch: arch(),
    kernel: release(),
    libc: libc(),
    cpuModel: all[0]?.model.trim() || null,
    cpus: all.length,
    usableCpus: usableCpus(),
    memoryBytes: totalmem(),
    virtual: virtual(),
    container: container(),
  }
}

/** Null without the native sampler, which alone reads cgroups. */
export function examineCgroup(host: NativeHost | undefined): CgroupFacts | null {
  if (host === undefined || host.cgroupVersion === 0) return null
  const { cgroupVersion: version, cpuLimit = null, cpuPeriodMs = null } = host
  return {
    version,
    cpuLimit,
    cpuQuotaMs: cpuLimit === null || cpuPeriodMs === null ? null : cpuLimit * cpuPeriodMs,
    cpuPeriodMs,
    memoryLimitBytes: host.memoryLimit ?? null,
    throttledPeriods: host.throttledPeriods ?? null,
    throttledMs: host.throttledMs ?? null,
  }
}

function libc(): string | null {
  if (process.platform !== 'linux') return null
  const [name, ...others] = libcs()
  if (others.length > 0 || name === undefined) return null
  const version = name === 'glibc' ? glibcVersion() : undefined
  return version === undefined ? name : `${name} ${version}`
}

function glibcVersion(): string | undefined {
  // Otherwise the report looks up the host names of all connections. Node.js has the option from 20.13 on.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  const before = report.excludeNetwork
  report.excludeNetwork = true
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
    return header?.glibcVersionRuntime
  } finally {
    if (before !== undefined) report.excludeNetwork = before
  }
}

/**
 * From the affinity of the process, which includes the cpuset of its cgroup but, unlike `availableParallelism()`,
 * no quota.
 */
function usableCpus(): number {
  const list = field(read('/proc/self/status'), 'Cpus_allowed_list')
  const count = list?.split(',').reduce((sum, range) => {
    const [first, last = first] = range.split('-').map(Number)
    return sum + (last! - first! + 1)
  }, 0)
  return count || availableParallelism()
}

/** Null except on x86, which has a flag for it. */
function virtual(): boolean | null {
  const flags = field(read('/proc/cpuinfo'), 'flags')
  return flags === undefined ? null : flags.split(' ').includes('hypervisor')
}

function container(): string | null {
  if (process.env.KUBERNETES_SERVICE_HOST) return 'kubernetes'
  if (existsSync('/run/.containerenv')) return 'podman'
  return existsSync('/.dockerenv') ? 'docker' : null
}

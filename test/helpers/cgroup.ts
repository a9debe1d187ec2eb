import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A cgroup (version 1) with a fifth of a core in slices of 100 ms. */
export const quotaGroup = join('/sys/fs/cgroup/cpu', `spanmeter-test-${process.pid}`)

/** False where this machine lets nobody make one. */
export function makeQuotaGroup(): boolean {
  try {
    mkdirSync(quotaGroup)
    writeFileSync(join(quotaGroup, 'cpu.cfs_period_us'), '100000')
    writeFileSync(join(quotaGroup, 'cpu.cfs_quota_us'), '20000')
    return true
  } catch {
    return false
  }
}

export function removeQuotaGroup(): void {
  rmdirSync(quotaGroup)
}

export const canThrottle = makeQuotaGroup()
if (canThrottle) removeQuotaGroup()

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A cgroup with a limit on memory. */
export interface MemoryGroup {
  folder: string
  limitBytes: number
  /** Names of its files: bytes in use, and how often the limit was reached. */
  usedFile: string
  reachedFile: string
}

/** Below the cgroup of this process, or at the root. Where none can be made: why. */
export function makeMemoryGroup(limitBytes: number): MemoryGroup | string {
  const name = `spanmeter-soak-${process.pid}`
  const why: string[] = []
  for (const { parent, version } of parents()) {
    const folder = join(parent, name)
    try {
      mkdirSync(folder)
    } catch (error) {
      why.push((error as Error).message)
      continue
    }
    try {
      const [limitFile, usedFile, reachedFile] = files[version]
      writeFileSync(join(folder, limitFile), String(limitBytes))
      return { folder, limitBytes, usedFile, reachedFile }
    } catch (error) {
      why.push((error as Error).message)
      rmdirSync(folder)
    }
  }
  return why.at(-1) ?? 'there is no cgroup for memory'
}

const files = {
  1: ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'memory.failcnt'],
  2: ['memory.max', 'memory.current', 'memory.events'],
} as const

/** Of version 1 and 2, as they are mounted by default. */
function parents(): { parent: string; version: 1 | 2 }[] {
  const own = readFileSync('/proc/self/cgroup', 'latin1')
  const [, first] = /^\d+:(?:[\w,]+,)?memory(?:,[\w,]+)?:(.*)$/m.exec(own) ?? []
  const [, second = '/'] = /^0::(.*)$/m.exec(own) ?? []
  const at = (root: string, path: string) => [join(root, path), root]
  if (first !== undefined) return at('/sys/fs/cgroup/memory', first).map((parent) => ({ parent, version: 1 }))
  return at('/sys/fs/cgroup', second).map((parent) => ({ parent, version: 2 }))
}

/** How often, by the text of the file that counts it. */
export function limitReached(text: string): number {
  return Number(/^max (\d+)$/m.exec(text)?.[1] ?? text)
}

/** Once its processes are gone, which the kernel notices a moment later. */
export async function removeMemoryGroup({ folder }: MemoryGroup): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      return rmdirSync(folder)
    } catch (error) {
      if (left === 0) throw error
    }
    await sleep(50)
  }
}

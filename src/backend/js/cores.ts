import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { MS, now } from './clock.js'

const VALID_FOR = 10_000 * MS

let known = 1
let knownUntil = 0

/** How many threads of this process can run at the same time. As of the last ten seconds: it hardly ever changes. */
export function cores(): number {
  const time = now()
  if (time >= knownUntil) {
    known = countCores()
    knownUntil = time + VALID_FOR
  }
  return known
}

/**
 * Not `availableParallelism()` on Linux: newer versions of Node.js round it down to the CPU quota of the cgroup, which
 * threads exceed for a while before they are throttled.
 */
function countCores(): number {
  if (process.platform !== 'linux') return availableParallelism()
  return coresAllowed(status()) ?? Math.max(availableParallelism(), cpus().length)
}

function status(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1')
  } catch {
    return ''
  }
}

/** The bits of `Cpus_allowed`, a mask in hexadecimal digits. */
export function coresAllowed(text: string): number | undefined {
  const [, mask] = /^Cpus_allowed:\s*([\da-f,]+)$/m.exec(text) ?? []
  if (mask === undefined) return undefined
  const bits = [...mask.replaceAll(',', '')].map((digit) => Number.parseInt(digit, 16).toString(2).replaceAll('0', ''))
  return bits.join('').length || undefined
}

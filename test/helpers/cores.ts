import { readFileSync } from 'node:fs'

/** How many CPUs threads of this process may run on at the same time, as the kernel lists them: such as `0-1,4`. */
export function allowedCores(): number {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))!
  const ranges = list!.split(',').map((range) => range.split('-').map(Number))
  return ranges.reduce((sum, [first, last = first]) => sum + last! - first! + 1, 0)
}

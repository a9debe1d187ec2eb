import type { ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'

/**
 * Lets a program that has just been started run before whatever else wants a CPU, where the user may: for what must be in
 * time, as a scrape within its second.
 */
export function goAhead({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, -10)
  } catch {
    // Most users may not.
  }
}

import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** A process for each core that does nothing but use it, until disposed of or for the given time at the most. */
export function keepAllCoresBusy(atMostMs: number): Disposable {
  const spin = `const end = Date.now() + ${atMostMs}; while (Date.now() < end);`
  const children = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', spin]))
  return {
    [Symbol.dispose]() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

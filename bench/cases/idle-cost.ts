import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import type { Case } from '../case.js'
import { jsSamplers } from '../load/samplers.js'
import { processCpu, type ThreadSleeps, threadSleeps } from '../process-threads.js'

const durationMs = 2000

/** A sampler that nobody asks anything. */
interface Started {
  /** The thread it works on, if there is one. */
  isItsThread(thread: ThreadSleeps): boolean
  stop(): unknown
}

const start: Record<string, () => Started> = {
  off: () => ({ isItsThread: () => false, stop: () => {} }),
  native: () => {
    const monitor = createMonitor({ backend: 'native' }).start()
    return { isItsThread: ({ name }) => name === 'spanmeter', stop: () => monitor[Symbol.dispose]() }
  },
  'setInterval sampler': () => {
    const { stop } = jsSamplers['setInterval sampler'](1)
    return { isItsThread: ({ tid }) => tid === process.pid, stop }
  },
}

/** What a sampler costs while no span is open. */
export const idleCost: Case = {
  name: 'idle-cost',
  title: 'Wake-ups and CPU of a process that does nothing, its sampler at 1 ms and no span open',
  variants: Object.keys(start),
  repeats: 3,
  async run(variant) {
    const { isItsThread, stop } = start[variant]!()
    await sleep(700) // a process that has just begun still compiles and collects
    const [before, cpuBefore] = [threadSleeps(), processCpu()]
    await sleep(durationMs)
    const [after, cpuAfter] = [threadSleeps(), processCpu()]
    await stop()
    const perSecond = (wanted: (thread: ThreadSleeps) => boolean) =>
      (1000 * (sleeps(after.filter(wanted)) - sleeps(before.filter(wanted)))) / durationMs
    const sampler = { metric: 'wake-ups of the thread that samples', value: perSecond(isItsThread), unit: '1/s' }
    return [
      ...(after.some(isItsThread) ? [sampler] : []),
      { metric: 'wake-ups of the process', value: perSecond(() => true), unit: '1/s' },
      { metric: 'CPU of the process', value: (cpuAfter - cpuBefore) / (durationMs / 1000), unit: 'ms/s' },
    ]
  },
}

function sleeps(threads: readonly ThreadSleeps[]): number {
  return threads.reduce((sum, thread) => sum + thread.sleeps, 0)
}

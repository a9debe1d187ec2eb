import { MS } from './clock.js'
import { cores } from './cores.js'

/**
 * The longest time between two ticks of the scheduler that is usual, in ns: Linux ticks at 100 to 1000 Hz, macOS at
 * 100 Hz, Windows at 64 Hz. JavaScript cannot find out which it is: what `getconf CLK_TCK` says is not the tick, the
 * configuration of the kernel is not in a container, and watching the clock would take a thread that runs.
 */
export const TICK = process.platform === 'win32' ? 15.625 * MS : 10 * MS

/** What is known beforehand of a clock that counts the CPU time of threads. */
export interface CpuClock {
  /** How many of those threads can run at the same time. */
  readonly cores: number
  /** By how much what it went up by between two readings may be wrong, in ns. */
  readonly lag: number
}

/** The clocks that are read. */
export interface CpuClocks {
  readonly process: CpuClock
  readonly thread: CpuClock
}

/**
 * That of the process. Reading it brings it up to date for the thread that reads; each other one that runs right now is
 * behind by what it ran since the last tick of its core. Windows counts whole ticks, and those of the caller, too.
 */
function processClock(): CpuClock {
  const count = cores()
  return { cores: count, lag: TICK * (process.platform === 'win32' ? count : count - 1) }
}

/** That of the calling thread. */
const threadClock: CpuClock = { cores: 1, lag: process.platform === 'win32' ? TICK : 0 }

export function clocks(): CpuClocks {
  return { process: processClock(), thread: threadClock }
}

/** How exact a rate is to be, as a share of what the cores can give. */
const ACCURACY = 0.01

/** In how much time the clock is as exact as that, in ns. */
export function longEnough({ cores, lag }: CpuClock): number {
  return lag / (ACCURACY * cores)
}

/** Whether threads cannot have used so much in so much time, however the clock is read. */
export function impossible(used: number, duration: number, { cores }: CpuClock): boolean {
  return used > cores * duration * (1 + ACCURACY)
}

/** In % of one core. Of what is possible only because the time may be wrong: what is just possible. */
export function percent(used: number, duration: number, { cores }: CpuClock): number {
  return duration > 0 ? Math.min((100 * used) / duration, 100 * cores * (1 + ACCURACY)) : 0
}

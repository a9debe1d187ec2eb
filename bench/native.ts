import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

// What bench/native/ is built into: see there.
const folder = join(__dirname, '../bench-native')

/** Threads inside this process, and its clocks. Times in ms. */
export interface Addon {
  /** CPU of the calling thread so far, fresh. */
  threadCpu(): number
  /** What is in use of the C library's heap. */
  mallocBytes(): number
  trimMalloc(): void
  /** Sleeps and spins in turn, on a thread of its own: how long, in turn. */
  startBurner(plan: Float64Array): void
  /** Waits for the end of the plan. Four numbers a burst: CLOCK_MONOTONIC and the thread's CPU, begin and end of each. */
  takeBursts(): Float64Array
  /** An empty wake-up loop on a thread of its own. */
  startLoop(periodMs: number): void
  /** The ticks it took and the CPU it used. */
  stopLoop(): Float64Array
}

/** Where a program of bench/native is. */
export function programPath(name: string): string {
  return join(folder, name)
}

export function loadAddon(): Addon {
  return require(join(folder, 'bench.node'))
}

/** Runs a program that prints lines of a name and a number. */
export async function runProgram(name: string, ...args: (string | number)[]): Promise<Map<string, number>> {
  const { stdout } = await promisify(execFile)(programPath(name), args.map(String))
  const lines = stdout.trim().split('\n')
  return new Map(lines.map((line) => line.split(' ')).map(([key = '', value]) => [key, Number(value)]))
}

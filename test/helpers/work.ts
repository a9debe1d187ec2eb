import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceMonitor } from 'spanmeter'
import { burn } from './cpu.cjs'

/**
 * Works and rests in turns, so that both backends get samples in between; goes on until the given monitor had more than
 * one for each turn. Returns the CPU time of the work.
 */
export async function workInTurns(turns: number, monitor?: ResourceMonitor): Promise<number> {
  const samples = () => monitor?.health().samples ?? 0
  const before = samples()
  let usedMs = 0
  for (let i = 0; i < turns || (monitor && samples() <= before + turns); i++) {
    usedMs += burn(4)
    await sleep(4)
  }
  return usedMs
}

import type { ResourceMonitor } from 'spanmeter'
import { expect } from 'vitest'
import { burn } from './cpu.cjs'

/** Until so many samples were taken that began after this call: a sampler waits for a CPU like everybody else. */
export async function sampled(monitor: ResourceMonitor, count = 1): Promise<void> {
  const { samples } = monitor.health()
  // One may have begun already.
  await expect.poll(() => monitor.health().samples, { interval: 2 }).toBeGreaterThan(samples + count)
}

/** Burns so much CPU, and goes on until the native sampler took so many samples meanwhile; what was used, in ms. */
export function burnUntilSampled(cpuMs: number, monitor: ResourceMonitor, count = 1): number {
  const { samples } = monitor.health()
  let usedMs = burn(cpuMs)
  while (monitor.health().samples <= samples + count) usedMs += burn(1)
  return usedMs
}

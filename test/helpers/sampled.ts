import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceMonitor } from 'spanmeter'
import { expect } from 'vitest'
import { burn } from './cpu.cjs'

const longestMs = 20_000

/**
 * Until so many samples were taken that began after this call: a sampler waits for a CPU like everybody else. Hardly uses
 * the thread itself, which counts for others than the span that is looked at.
 */
export async function sampled(monitor: ResourceMonitor, count = 1): Promise<void> {
  const { samples } = monitor.health()
  const last = performance.now() + longestMs
  // One may have begun already.
  while (monitor.health().samples <= samples + count && performance.now() < last) await sleep(2)
  expect(monitor.health().samples).toBeGreaterThan(samples + count)
}

/** Burns so much CPU, and goes on until the native sampler took so many samples meanwhile; what was used, in ms. */
export function burnUntilSampled(cpuMs: number, monitor: ResourceMonitor, count = 1): number {
  const { samples } = monitor.health()
  let usedMs = burn(cpuMs)
  while (monitor.health().samples <= samples + count) usedMs += burn(1)
  return usedMs
}

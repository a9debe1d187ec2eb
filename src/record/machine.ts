import { availableParallelism, cpus, release, totalmem } from 'node:os'
import type { Machine } from './lines.js'

/** The machine, with the limits that a window of the monitor reports. */
export function machineFacts(limits: { cpuLimit?: number; memoryLimit?: number } = {}): Machine {
  const { cpuLimit, memoryLimit } = limits
  return {
    model: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${process.platform} ${release()} ${process.arch}`,
    ...(cpuLimit !== undefined && { cpuLimit }),
    ...(memoryLimit !== undefined && { memoryLimit }),
  }
}

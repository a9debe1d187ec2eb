import { availableParallelism, cpus, release, totalmem } from 'node:os'
import type { Machine } from './lines.js'

export function machineFacts(): Machine {
  return {
    model: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${process.platform} ${release()} ${process.arch}`,
  }
}

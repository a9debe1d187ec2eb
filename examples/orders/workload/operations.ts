import type { Intensity, WorkloadType } from './config'
import { computeExtremely, computeHashes, countPrimes, processJson } from './cpu'
import { type KeyValues, useFile, useRedis } from './io'
import type { FileSizes, Sizes } from './sizes'

/** What operations work with. */
export interface Means {
  redis: KeyValues
  /** For files that are gone when the operation has ended. */
  folder: string
}

export interface Operation {
  type: WorkloadType
  intensity: Intensity
  run(sizes: Sizes, means: Means): unknown
}

export const operations = {
  json_processing: { type: 'cpu', intensity: 'light', run: ({ json }) => processJson(json) },
  hash_computation: { type: 'cpu', intensity: 'medium', run: ({ hash }) => computeHashes(hash) },
  intensive_prime_computation: { type: 'cpu', intensity: 'heavy', run: ({ primes }) => countPrimes(primes.below) },
  extreme_cpu_computation: { type: 'cpu', intensity: 'severe', run: ({ extremeCpu }) => computeExtremely(extremeCpu) },
  redis_basic: { type: 'io', intensity: 'light', run: (sizes, { redis }) => useRedis(redis, sizes.redis.commands) },
  file_and_redis: {
    type: 'io',
    intensity: 'medium',
    run: async (sizes, { redis, folder }) => {
      await useFile(folder, sizes.fileAndRedis)
      await useRedis(redis, sizes.fileAndRedis.commands)
    },
  },
  intensive_io_operations: { type: 'io', intensity: 'heavy', run: (sizes, means) => both(sizes.intensiveIo, means) },
  extreme_io_operations: { type: 'io', intensity: 'severe', run: (sizes, means) => both(sizes.extremeIo, means) },
} satisfies Record<string, Operation>

export type OperationName = keyof typeof operations
export const operationNames = Object.keys(operations) as [OperationName, ...OperationName[]]

/** Files and Redis at once. */
async function both(sizes: FileSizes, { redis, folder }: Means): Promise<void> {
  await Promise.all([useFile(folder, sizes), useRedis(redis, sizes.commands, true)])
}

/** How much each operation does at scale 1: from a few milliseconds to two seconds of CPU on a virtual machine of 2026. */

export interface Sizes {
  json: { items: number }
  hash: { items: number; rounds: number }
  primes: { below: number }
  /** In so many slices, between which the event loop gets its turn, while the keys are derived in libuv's thread pool. */
  extremeCpu: { below: number; slices: number; keys: number }
  redis: { commands: number }
  fileAndRedis: FileSizes
  intensiveIo: FileSizes
  extremeIo: FileSizes
}

export interface FileSizes {
  lines: number
  /** How often the lines are read, changed and written again. */
  passes: number
  commands: number
}

export function sizesFor(scale: number): Sizes {
  const times = (count: number): number => Math.max(1, Math.round(count * scale))
  // What it takes to find the primes below n by division grows with n to the power of 1.5, nearly.
  const below = Math.max(100, Math.round(4_000_000 * scale ** (2 / 3)))
  return {
    json: { items: times(5000) },
    hash: { items: times(5000), rounds: 10 },
    primes: { below },
    extremeCpu: { below, slices: 8, keys: times(8) },
    redis: { commands: times(10) },
    fileAndRedis: { lines: times(500), passes: 1, commands: times(50) },
    intensiveIo: { lines: times(15_000), passes: 1, commands: times(50) },
    extremeIo: { lines: times(60_000), passes: 4, commands: times(50) },
  }
}

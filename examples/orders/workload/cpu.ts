/** Work that takes CPU. Each function returns something that depends on all it did, so that none of it can be left out. */

import { createHash, scrypt } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Sizes } from './sizes'

const derive = promisify<string, string, number, { N: number; maxmem: number }, Buffer>(scrypt)

/** Returns the sum of the amounts that were read back. */
export function processJson({ items }: Sizes['json']): number {
  const lines = Array.from({ length: items }, (_, id) => ({ id, amount: (id * 7919) % 1009, tags: ['a', `b${id}`] }))
  const copy: typeof lines = JSON.parse(JSON.stringify(lines))
  return copy.reduce((sum, { amount }) => sum + amount, 0)
}

/** Returns the last digest of a chain. */
export function computeHashes({ items, rounds }: Sizes['hash']): string {
  let digest = ''
  for (let i = 0; i < items * rounds; i++) digest = createHash('sha256').update(`${digest}${i}`).digest('hex')
  return digest
}

/** How many primes there are from `from` on and below `below`, found by division. */
export function countPrimes(below: number, from = 2): number {
  let count = 0
  for (let candidate = Math.max(2, from); candidate < below; candidate++) if (isPrime(candidate)) count++
  return count
}

/** Returns how many primes there are. Keeps the JavaScript thread and libuv's thread pool busy at once. */
export async function computeExtremely({ below, slices, keys }: Sizes['extremeCpu']): Promise<number> {
  const derived = Promise.all(Array.from({ length: keys }, (_, i) => deriveKey(`salt ${i}`)))
  let count = 0
  for (let slice = 0; slice < slices; slice++) {
    count += countPrimes(Math.ceil((below * (slice + 1)) / slices), Math.ceil((below * slice) / slices))
    await turn()
  }
  await derived
  return count
}

function deriveKey(salt: string): Promise<Buffer> {
  // 32 MB each; the limit is for twice that.
  return derive('correct horse battery staple', salt, 64, { N: 2 ** 15, maxmem: 2 ** 26 })
}

function isPrime(candidate: number): boolean {
  if (candidate % 2 === 0) return candidate === 2
  for (let divisor = 3; divisor * divisor <= candidate; divisor += 2) if (candidate % divisor === 0) return false
  return true
}

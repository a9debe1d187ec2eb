/** Work that waits: for Redis, and for files. */

import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileSizes } from './sizes'

/** What of a client of Redis is made use of. */
export interface KeyValues {
  set(key: string, value: string, unit: 'EX', seconds: number): Promise<unknown>
  get(key: string): Promise<string | null>
  del(key: string): Promise<number>
}

const keepSeconds = 60

/** Sends the commands one after the other, or all before the first answer. Returns how many values came back right. */
export async function useRedis(redis: KeyValues, commands: number, atOnce = false): Promise<number> {
  const prefix = `scratch:${randomUUID()}`
  const one = async (i: number): Promise<number> => {
    const key = `${prefix}:${i}`
    await redis.set(key, `value ${i}`, 'EX', keepSeconds)
    return Number((await redis.get(key)) === `value ${i}`)
  }
  // Two commands each.
  const pairs = Array.from({ length: Math.max(1, Math.ceil(commands / 2)) }, (_, i) => i)
  if (atOnce) return sum(await Promise.all(pairs.map(one)))
  const right: number[] = []
  for (const i of pairs) right.push(await one(i))
  return sum(right)
}

/** Writes a file, then reads, changes and writes it again in each pass. Returns how many lines it has in the end. */
export async function useFile(folder: string, { lines, passes }: FileSizes): Promise<number> {
  const file = join(folder, `${randomUUID()}.txt`)
  try {
    await writeFile(file, Array.from({ length: lines }, (_, i) => `${i};order;${(i * 7919) % 1009}\n`).join(''))
    for (let pass = 0; pass < passes; pass++) {
      const read = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
      await writeFile(file, read.map((line) => `${line.split(';').reverse().join(';')}\n`).join(''))
    }
    return (await readFile(file, 'utf8')).split('\n').length - 1
  } finally {
    await rm(file, { force: true })
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

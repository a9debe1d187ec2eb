import { closeSync, writeFileSync, writeSync } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { textOf } from './line-text.js'
import type { Header, Line } from './lines.js'
import { OtherThreads } from './other-threads.js'
import { createFile, makePrivateFolder } from './private-files.js'
import { readLines } from './read-lines.js'
import { thin } from './thin.js'

/** Not for others. */
const fileMode = 0o600
const segmentsAtLimit = 16
const largestSegment = 4 * 2 ** 20
/** Of the limit, for what threads that ended have left. */
const endedShare = 1 / 4

interface Segment {
  readonly path: string
  bytes: number
  /** How often it was thinned. */
  thinned: number
}

/**
 * The files of one recorded thread. With those of the other threads of the process they hold no more than a limit: the
 * oldest are thinned to extremes, and once all are as thin as can be, removed.
 */
export class Segments {
  readonly #folder: string
  readonly #limit: number
  readonly #others: OtherThreads
  #othersBytes = 0
  readonly #closed: Segment[] = []
  #open: Segment
  #descriptor: number
  #count = 0
  #shrinking: Promise<void> | undefined
  /** By how many that read the files, which are not thinned meanwhile. */
  #held = 0

  /** Makes the folder. Throws where that is not possible. */
  constructor(folder: string, header: Header, limitBytes: number) {
    this.#folder = folder
    this.#others = new OtherThreads(folder)
    this.#limit = limitBytes
    makePrivateFolder(dirname(folder))
    makePrivateFolder(folder)
    writeFileSync(join(folder, 'header.json'), `${JSON.stringify(header)}\n`, { mode: fileMode, flag: 'wx' })
    this.#open = this.#next()
    this.#descriptor = createFile(this.#open.path)
  }

  /** Throws what writing throws, as when the disk is full. */
  append(lines: readonly Line[]): void {
    const text = Buffer.from(lines.map(textOf).join(''))
    for (let written = 0; written < text.length; ) written += writeSync(this.#descriptor, text, written)
    this.#open.bytes += text.length
    if (this.#open.bytes >= Math.min(largestSegment, this.#limit / segmentsAtLimit)) this.#rotate()
  }

  close(): void {
    try {
      closeSync(this.#descriptor)
    } catch {
      // The recording ends in any case, with what is on disk.
    }
  }

  /** Resolves when nothing is being thinned, nor will be until the function that it resolves to is called. */
  async hold(): Promise<() => void> {
    this.#held++
    while (this.#shrinking !== undefined) await this.#shrinking
    return () => {
      this.#held--
      if (this.#held === 0 && this.#bytes > this.#limit) this.#thin()
    }
  }

  #next(): Segment {
    this.#count++
    const name = `${String(this.#count).padStart(6, '0')}.jsonl`
    return { path: join(this.#folder, name), bytes: 0, thinned: 0 }
  }

  #rotate(): void {
    const segment = this.#next()
    let descriptor: number
    try {
      descriptor = createFile(segment.path)
    } catch (error) {
      if (!isOutOfDescriptors(error)) throw error
      // The host may close some soon. Until then the open file grows.
      this.#count--
      return
    }
    const ended = this.#descriptor
    this.#closed.push(this.#open)
    this.#open = segment
    this.#descriptor = descriptor
    // A disk may be full only now, and a number must not be closed twice.
    closeSync(ended)
    if (this.#held === 0) this.#thin()
  }

  #thin(): void {
    this.#shrinking ??= this.#shrink().finally(() => {
      this.#shrinking = undefined
    })
  }

  get #bytes(): number {
    return this.#closed.reduce((sum, { bytes }) => sum + bytes, this.#open.bytes + this.#othersBytes)
  }

  /** Must not reject: what could not be thinned is removed, but where only descriptors were missing, until the next time. */
  async #shrink(): Promise<void> {
    this.#othersBytes = await this.#others.trim(endedShare * this.#limit)
    while (this.#held === 0 && this.#bytes > this.#limit && this.#closed.length > 0) {
      const least = Math.min(...this.#closed.map(({ thinned }) => thinned))
      const segment = this.#closed.find(({ thinned }) => thinned === least)!
      const small = least > 0 && segment.bytes * segmentsAtLimit * 8 < this.#limit
      try {
        if (!small && (await thinFile(segment))) continue
      } catch (error) {
        if (isOutOfDescriptors(error)) return
      }
      await this.#remove(this.#closed[0]!)
    }
  }

  async #remove(segment: Segment): Promise<void> {
    this.#closed.splice(this.#closed.indexOf(segment), 1)
    await rm(segment.path, { force: true }).catch(() => {})
  }
}

function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EMFILE' || code === 'ENFILE'
}

/** Whether it became smaller. */
async function thinFile(segment: Segment): Promise<boolean> {
  const lines: string[] = []
  // A line a turn of the loop: a whole file would block it.
  for await (const line of readLines(segment.path)) lines.push(textOf(thin(line)))
  const temporary = `${segment.path}.tmp`
  await rm(temporary, { force: true })
  await writeFile(temporary, lines, { mode: fileMode, flag: 'wx' })
  const { size } = await stat(temporary)
  await rename(temporary, segment.path)
  const smaller = size < segment.bytes
  segment.bytes = size
  segment.thinned++
  return smaller
}

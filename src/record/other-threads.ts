import { existsSync, readlinkSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Header } from './lines.js'

/** The calling thread's number, by which the kernel knows it; undefined where it does not say. */
export function kernelThread(): number | undefined {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')))
  } catch {
    return undefined
  }
}

/** What the other threads of this process have in a recording, or left there when they ended. */
export class OtherThreads {
  readonly #own: string
  readonly #recording: string
  /** Bytes of what does not change any more, by folder. */
  readonly #ended = new Map<string, number>()

  constructor(ownFolder: string) {
    this.#own = basename(ownFolder)
    this.#recording = dirname(ownFolder)
  }

  /**
   * Removes what threads left, the oldest first, until there is no more of it than a limit. Resolves to how many bytes
   * there are then, without the CPU profiles of live threads, which are limited by themselves. Must not reject: what cannot be read counts for nothing.
   */
  async trim(limitBytes: number): Promise<number> {
    let live = 0
    for (const name of await this.#names()) {
      if (this.#ended.has(name)) continue
      const folder = join(this.#recording, name)
      // In this order, so that nothing is written afterwards.
      const hasEnded = await isOver(folder)
      if (hasEnded) this.#ended.set(name, await bytesIn(folder))
      else live += await bytesIn(folder, '.jsonl')
    }
    const ended = () => [...this.#ended.values()].reduce((sum, bytes) => sum + bytes, 0)
    for (const [name] of this.#ended) {
      if (ended() <= limitBytes) break
      await rm(join(this.#recording, name), { recursive: true, force: true }).catch(() => {})
      this.#ended.delete(name)
    }
    return live + ended()
  }

  /** In the order in which the threads began. */
  async #names(): Promise<string[]> {
    const all = await readdir(this.#recording).catch(() => [])
    const others = all.filter((name) => name.startsWith(`${process.pid}-`) && name !== this.#own)
    for (const name of this.#ended.keys()) if (!others.includes(name)) this.#ended.delete(name)
    return others.sort((a, b) => threadOf(a) - threadOf(b))
  }
}

/** Of a folder's name. */
function threadOf(name: string): number {
  return Number(name.split('-')[1])
}

/** Where that is not known, it is not. */
async function isOver(folder: string): Promise<boolean> {
  try {
    const { kernelThread } = JSON.parse(await readFile(join(folder, 'header.json'), 'utf8')) as Header
    return kernelThread !== undefined && !existsSync(`/proc/self/task/${kernelThread}`)
  } catch {
    return false
  }
}

async function bytesIn(folder: string, ending = ''): Promise<number> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ending))
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

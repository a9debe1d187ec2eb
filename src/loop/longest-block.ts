import { performanceNow } from '../clock.js'
import { type BlockWatch, runningSince, watchBlocks } from './loop-blocks.js'

/** Shorter ones are 0: there are too many of them to keep. */
const minMs = 10
/** The longest look-back of a reader without a name. */
const keptMs = 3_600_000

/** For how long the event loop of this thread did not come round. */
export class LongestBlock {
  /** Undefined where it cannot be known. */
  readonly #watch: BlockWatch | undefined
  /** Each is shorter than the one before it: of two, a later one that is longer is the longest for longer. */
  readonly #blocks: { endMs: number; ms: number }[] = []

  constructor() {
    this.#watch = watchBlocks(minMs, (startMs, endMs) => this.#add(endMs, endMs - startMs))
  }

  /** In ms, of those that ended since then; 0 if none was of 10 ms or longer. */
  since(fromMs: number): number | undefined {
    if (this.#watch === undefined) return undefined
    return this.#blocks.find(({ endMs }) => endMs >= fromMs)?.ms ?? 0
  }

  /** The same with the time that callbacks have run now without a break. */
  untilNow(fromMs: number): number | undefined {
    const longest = this.since(fromMs)
    const running = runningSince()
    return longest === undefined || running === undefined ? longest : Math.max(longest, performanceNow() - running)
  }

  stop(): void {
    this.#watch?.stop()
  }

  #add(endMs: number, ms: number): void {
    while (this.#blocks.length > 0 && this.#blocks.at(-1)!.ms <= ms) this.#blocks.pop()
    this.#blocks.push({ endMs, ms })
    while (this.#blocks[0]!.endMs < endMs - keptMs) this.#blocks.shift()
  }
}

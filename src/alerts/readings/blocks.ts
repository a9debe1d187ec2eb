import { performanceNow } from '../../clock.js'
import { type BlockWatch, watchBlocks, watchBlocksByTimer } from '../../loop/loop-blocks.js'
import type { History } from './history.js'
import { flat, type Piece } from './piece.js'
import { nothing, type Range, type Reading, rangeOf } from './reading.js'

interface Block {
  startMs: number
  endMs: number
}

/** After such a block everything is looked at, since nothing could be meanwhile. Shorter ones wait for the next look. */
export const longBlockMs = 50

/**
 * For how long the event loop did not come round. Time in which the process was stopped is no block, though its clock goes
 * on: what is not known then is left out.
 */
export class Blocks implements Reading {
  readonly source: 'native' | 'timer'
  readonly #history: History
  readonly #onBlock: () => void
  #minMs = Number.POSITIVE_INFINITY
  #watch: BlockWatch | undefined
  #found: Block[] = []
  #untilMs: number
  #stoppedTicks: number
  #pieces: Piece[] = []
  range: Range = nothing
  /** Whether the last look found out all that there was: if not, the next one will, and is to be soon. */
  isSettled = true

  /** `onBlock` is called when one of 50 ms or more is over. */
  constructor(history: History, minMs: number, onBlock: () => void) {
    this.#history = history
    this.#untilMs = history.untilMs
    this.#onBlock = onBlock
    this.#stoppedTicks = this.#ticksOfStops()
    this.source = this.watchFrom(minMs)
  }

  /** From now on blocks of that length are known, too. */
  watchFrom(minMs: number): 'native' | 'timer' {
    if (minMs >= this.#minMs) return this.source
    this.#minMs = minMs
    const before = this.#watch
    const exact = this.#history.monitor.backend === 'native' ? watchBlocks(minMs, this.#note) : undefined
    this.#watch = exact ?? watchBlocksByTimer(minMs, this.#note)
    before?.stop()
    return exact === undefined ? 'timer' : 'native'
  }

  readonly #note = (startMs: number, endMs: number): void => {
    this.#found.push({ startMs, endMs })
    if (endMs - startMs >= longBlockMs) this.#onBlock()
  }

  advance(nowMs: number): void {
    this.isSettled = this.#isLatestKnown()
    const pieces = this.isSettled ? this.#findOut(nowMs) : []
    this.#pieces = pieces
    this.range = rangeOf(pieces)
  }

  pieces(): Iterable<Piece> {
    return this.#pieces
  }

  stop(): void {
    this.#watch?.stop()
  }

  #findOut(nowMs: number): Piece[] {
    const pieces: Piece[] = []
    const before = this.#stoppedTicks
    this.#stoppedTicks = this.#found.length > 0 ? this.#ticksOfStops() : before
    for (const block of this.#found.splice(0)) {
      const startMs = Math.max(block.startMs, this.#untilMs)
      if (startMs > this.#untilMs) pieces.push(flat(this.#untilMs, startMs, 0))
      const isStop = this.#stoppedTicks > before && this.#wasStopped(block, this.#stoppedTicks - before)
      pieces.push(flat(startMs, block.endMs, isStop ? Number.NaN : block.endMs - block.startMs))
      this.#untilMs = Math.max(this.#untilMs, block.endMs)
    }
    // This may be called within a block: by a timer that is due when it is over, before the loop comes round.
    const knownMs = Math.min(nowMs, this.#watch?.knownUntil() ?? nowMs)
    const untilMs = Math.max(this.#untilMs, knownMs)
    // At the end of a block at least that moment is known to be none.
    pieces.push(flat(this.#untilMs, untilMs, 0))
    this.#untilMs = untilMs
    return pieces
  }

  /**
   * Whether half of the block or more was a stop. The sampler may not have noticed it yet: it wakes up at the same moment.
   */
  #wasStopped({ startMs, endMs }: Block, stoppedTicks: number): boolean {
    const halfMs = (endMs - startMs) / 2
    return this.#history.monitor.between(startMs, endMs).maxGapMs >= halfMs && stoppedTicks * this.#periodMs() >= halfMs
  }

  /** Whether it is known of the latest block whether the process was stopped. */
  #isLatestKnown(): boolean {
    const last = this.#found.at(-1)
    if (last === undefined || performanceNow() - last.endMs > 1000) return true
    return this.#history.untilMs >= last.endMs - (last.endMs - last.startMs) / 2
  }

  #ticksOfStops(): number {
    const { stopped, suspended } = this.#history.monitor.health().missedTicks
    return stopped + suspended
  }

  #periodMs(): number {
    return this.#history.monitor.health().periodMs
  }
}

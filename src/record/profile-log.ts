import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { rowTurns } from '../attribution/turn-records.js'
import { performanceNow } from '../clock.js'
import { PieceProfiler, type ProfilePiece, samplePeriodMs } from '../profile/piece-profiler.js'
import { replaceFile } from './private-files.js'
import { profileEnding, profileFile } from './profile-file.js'

const firstPieceMs = 1000
/** The most that is lost when the process is killed. */
const longestPieceMs = 5000

/**
 * Writes V8's CPU profile of this thread to the files of its recording, in pieces, so that little is lost with a process
 * that is killed. They hold no more than a limit: the oldest are removed.
 */
export class ProfileLog {
  readonly #profiler = new PieceProfiler(rowTurns)
  readonly #folder: string
  readonly #limit: number
  readonly #files: { path: string; bytes: number }[] = []
  #count = 0
  #pieceMs = firstPieceMs
  #lastCostMs = 0

  /** Throws where no profile can be taken. */
  constructor(folder: string, limitBytes: number) {
    this.#folder = folder
    this.#limit = limitBytes
  }

  /** Writes what there is, if that is much. Throws what writing throws, as when the disk is full; no call follows then. */
  drain(nowMs: number): void {
    if (nowMs - this.#profiler.startMs < this.#pieceMs && !this.#profiler.isFull) return
    this.#pieceMs = Math.min(2 * this.#pieceMs, longestPieceMs)
    try {
      this.#write(() => this.#profiler.take())
    } catch (error) {
      this.#profiler.end()
      throw error
    }
  }

  /** Writes the rest. Throws what writing throws. No call follows. */
  stop(): void {
    this.#write(() => this.#profiler.stop())
  }

  #write(take: () => ProfilePiece): void {
    const beginMs = performanceNow()
    const text = Buffer.from(JSON.stringify(profileFile(take(), samplePeriodMs, this.#lastCostMs)))
    const path = join(this.#folder, `cpu-${String(++this.#count).padStart(6, '0')}${profileEnding}`)
    replaceFile(path, text)
    this.#files.push({ path, bytes: text.length })
    this.#removeOldest()
    this.#lastCostMs = performanceNow() - beginMs
  }

  #removeOldest(): void {
    let bytes = this.#files.reduce((sum, file) => sum + file.bytes, 0)
    while (bytes > this.#limit && this.#files.length > 1) {
      const oldest = this.#files.shift()!
      rmSync(oldest.path, { force: true })
      bytes -= oldest.bytes
    }
  }
}

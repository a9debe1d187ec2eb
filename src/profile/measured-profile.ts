import type { OwnTime } from '../attribution/ledger.js'
import { measuredTurns } from '../attribution/turn-records.js'
import { clearInterval, setInterval } from '../clock.js'
import { outside } from '../outside.js'
import type { SampleColumns, WorkProfile } from '../types.js'
import { PieceProfiler, type ProfilePiece, samplePeriodMs } from './piece-profiler.js'
import { Tally } from './tally.js'
import { ThreadTime } from './thread-time.js'
import { weightsOf } from './weights.js'

/** So often what was sampled is taken from V8, which keeps it in memory. */
const pieceMs = 5000
const maxPoints = 100_000

/** What pieces of measured work on this thread ran, function by function. V8's profiler runs while one of them does. */
class MeasuredProfiles {
  readonly #profiler = new PieceProfiler(measuredTurns)
  readonly #tally = new Tally()
  readonly #timer = outside(() => setInterval(() => this.#add(() => this.#profiler.take()), pieceMs).unref())
  #running = 0
  /** Of the monitor that was used last. */
  #columns: Columns | undefined
  /** A piece is missing. */
  hasFailed = false

  /** `columns` of the monitor that measures the work: which time the thread ran. */
  begin(columns: Columns): void {
    this.#running++
    this.#columns = columns
  }

  get lost(): number {
    return this.#tally.lost
  }

  /** What work that is over ran itself. */
  of({ owner = 0, selfMs }: OwnTime): Omit<WorkProfile, 'lost'> {
    const found = [...this.#tally.of(owner)].sort(([, a], [, b]) => b.ms - a.ms)
    const samples = found.reduce((sum, [, each]) => sum + each.samples, 0)
    const foundMs = found.reduce((sum, [, { ms }]) => sum + ms, 0)
    const functions = found.map(([index, { ms, samples }]) => ({
      ...this.#tally.functions[index]!,
      selfMs: foundMs > 0 ? (selfMs * ms) / foundMs : 0,
      samples,
    }))
    this.#tally.forget(owner)
    return { functions, samples, periodMs: samplePeriodMs }
  }

  /** Whether that was the last one. */
  end(columns: Columns): boolean {
    this.#columns = columns
    const isLast = --this.#running === 0
    if (isLast) clearInterval(this.#timer)
    this.#add(() => (isLast ? this.#profiler.stop() : this.#profiler.take()))
    return isLast
  }

  /** The work must not fail with its profile. */
  #add(take: () => ProfilePiece): void {
    try {
      const piece = take()
      this.#tally.add(piece, weightsOf({ ...piece, periodMs: samplePeriodMs }, this.#threadTime(piece)))
    } catch {
      this.hasFailed = true
    }
  }

  /** The monitor may be stopped or disposed of by now, and its history too short. */
  #threadTime({ startMs, endMs }: ProfilePiece): ThreadTime | undefined {
    try {
      const { timeMs, thread } = this.#columns!(startMs, endMs, maxPoints)
      return thread && new ThreadTime({ time: timeMs, thread })
    } catch {
      return undefined
    }
  }
}

type Columns = (startMs: number, endMs: number, maxPoints: number) => SampleColumns

let profiles: MeasuredProfiles | undefined

/** The profile of one piece of work. */
export interface OpenProfile {
  /** Ends it. What it says of the work, once that is over. A second call does nothing. */
  end(own?: OwnTime): WorkProfile | undefined
}

/** Begins the profile of a piece of work. Undefined where Node.js has no inspector, or forbids it. */
export function openProfile(columns: Columns): OpenProfile | undefined {
  try {
    profiles ??= new MeasuredProfiles()
  } catch {
    return undefined
  }
  const running = profiles
  const lostBefore = running.lost
  running.begin(columns)
  let isOpen = true
  return {
    end(own) {
      if (!isOpen) return undefined
      isOpen = false
      if (running.end(columns)) profiles = undefined
      if (own === undefined || running.hasFailed) return undefined
      return { ...running.of(own), lost: running.lost - lostBefore }
    },
  }
}

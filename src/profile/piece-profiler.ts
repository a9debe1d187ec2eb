import { console, type InspectorNotification, type Profiler, Session } from 'node:inspector'
import type { Owners, TurnRecords } from '../attribution/turn-records.js'
import { monotonicOrigin, performanceNow } from '../clock.js'
import { momentsOf, type V8Profile, withoutSamplesBefore } from './v8-profile.js'

/** Time between two samples, in ms: what V8 takes itself. */
export const samplePeriodMs = 1

/** A profile of some of the time, and for whom the thread worked in it. */
export interface ProfilePiece {
  profile: V8Profile
  /** Of each sample. */
  owners: Owners
  /** `performance.now()` when it began and ended, and in the same, when each sample was taken. */
  startMs: number
  endMs: number
  timesMs: Float64Array
}

/** As it was when the package was loaded: test frameworks put another one in its place. */
const { bigint } = process.hrtime

/** The console is one for all sessions of a thread. */
let count = 0

/**
 * Takes V8's CPU profile of this thread, piece by piece, since V8 gives out only one that is over. The next begins before:
 * a profiler that stopped would have to find all code again, and would no longer know which functions the compiler has put
 * into others. A session can take two at once only where one is asked for by its console.
 */
export class PieceProfiler {
  readonly #session = new Session()
  readonly #turns: TurnRecords
  readonly #originMs = monotonicOrigin(() => Number(bigint()) / 1e6)
  /** How V8 knows the profile that the console asked for. */
  readonly #label = `spanmeter ${++count}`
  #startMs = 0
  #byConsole = false
  /** Of the piece before, in µs of CLOCK_MONOTONIC. */
  #lastEnd = 0

  /** Throws where Node.js has no inspector or forbids it, and where somebody else has the records of these turns. */
  constructor(turns: TurnRecords) {
    if (!turns.keep()) throw new Error('one is being taken of this thread already')
    this.#turns = turns
    try {
      this.#session.connect()
      this.#post('Profiler.enable')
      this.#post('Profiler.setSamplingInterval', { interval: samplePeriodMs * 1000 })
      this.#startMs = performanceNow()
      this.#post('Profiler.start')
    } catch (error) {
      this.end()
      throw error
    }
  }

  /** Whether the piece should end, because more turns could not be remembered. */
  get isFull(): boolean {
    return this.#turns.size > 0.5
  }

  /** About when the piece began. */
  get startMs(): number {
    return this.#startMs
  }

  /** Ends the piece, and begins the next. */
  take(): ProfilePiece {
    const ended = this.#byConsole
    if (ended) this.#post('Profiler.start')
    else console.profile(this.#label)
    this.#byConsole = !ended
    return this.#take(ended)
  }

  /** Ends the last piece. */
  stop(): ProfilePiece {
    try {
      return this.#take(this.#byConsole)
    } finally {
      this.end()
    }
  }

  /** Gives up what there is. */
  end(): void {
    this.#turns.drop()
    this.#session.disconnect()
  }

  #take(byConsole: boolean): ProfilePiece {
    const whole = byConsole ? this.#endOfConsole() : (this.#post('Profiler.stop') as { profile: V8Profile }).profile
    const profile = withoutSamplesBefore(whole, this.#lastEnd)
    this.#lastEnd = profile.endTime
    const moments = momentsOf(profile)
    const toMs = (us: number) => us / 1000 - this.#originMs
    this.#startMs = performanceNow()
    return {
      profile,
      owners: this.#turns.take(moments),
      startMs: toMs(profile.startTime),
      endMs: toMs(profile.endTime),
      timesMs: moments.map(toMs),
    }
  }

  #endOfConsole(): V8Profile {
    let profile: V8Profile | undefined
    const onFinished = ({ params }: InspectorNotification<Profiler.ConsoleProfileFinishedEventDataType>) => {
      if (params.title === this.#label) profile = params.profile as V8Profile
    }
    this.#session.on('Profiler.consoleProfileFinished', onFinished)
    console.profileEnd(this.#label)
    this.#session.off('Profiler.consoleProfileFinished', onFinished)
    if (profile === undefined) throw new Error('V8 has not ended it')
    return profile
  }

  /** A session with the thread that it is on answers at once. */
  #post(method: string, parameters?: object): unknown {
    let answer: { error: Error | null; result?: unknown } | undefined
    this.#session.post(method, parameters, (error, result) => {
      answer = { error, result }
    })
    if (answer === undefined) throw new Error(`${method} was not answered`)
    if (answer.error !== null) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }
}

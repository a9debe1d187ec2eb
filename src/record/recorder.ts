import { getHeapStatistics } from 'node:v8'
import { clearTimeout, performanceNow, setTimeout } from '../clock.js'
import { outside } from '../outside.js'
import type { Mark, ResourceMonitor } from '../types.js'
import { EndWatch } from './end-watch.js'
import type { EndLine, Header, HealthLine, Line } from './lines.js'
import { BlockLog, CollectionLog } from './pauses.js'
import type { ProfileLog } from './profile-log.js'
import { SampleDrain } from './sample-drain.js'
import { Segments } from './segments.js'
import { UnwrittenSpans } from './unwritten-spans.js'

const drainMs = 1000
/** The first time. Then the younger a recording is, the sooner follows the next. */
const firstDrainMs = 100

export interface RecorderOptions {
  /** The folder of this thread; it must not exist. */
  folder: string
  header: Header
  /** It is running. */
  monitor: ResourceMonitor
  maxBytes: number
  /** Of all there may be, half is for V8's CPU profile then. */
  cpuProfile: boolean
  /** Whether messages of errors may be recorded. */
  messages: boolean
  warn(message: string): void
  /** Called once, when it has stopped, for whatever reason. */
  onStop(): void
}

/**
 * Writes what a monitor samples, and what is reported to it, to the files of one thread: each second, and when the thread
 * ends. What fails is one warning, and the end of the recording.
 */
export class Recorder {
  readonly spans = new UnwrittenSpans((isFull) => this.#onEnded(isFull))
  readonly #options: RecorderOptions
  readonly #segments: Segments
  readonly #drain: SampleDrain
  readonly #collections: CollectionLog
  readonly #blocks: BlockLog
  #profile: ProfileLog | undefined
  #timer: NodeJS.Timeout
  readonly #end: EndWatch
  /** Keeps the sampler awake. */
  readonly #mark: Mark
  #lastDrainMs: number
  #running = true

  /** Throws where the folder cannot be made. */
  constructor(options: RecorderOptions) {
    this.#options = options
    const { folder, header, monitor, maxBytes, cpuProfile, messages } = options
    const limitBytes = cpuProfile ? maxBytes / 2 : maxBytes
    this.#segments = new Segments(folder, header, limitBytes)
    this.#collections = new CollectionLog()
    this.#blocks = new BlockLog()
    this.#mark = monitor.mark()
    this.#lastDrainMs = header.startMs
    this.#drain = new SampleDrain(monitor, header.startMs)
    this.#end = new EndWatch(messages, (why, code) => this.#finish({ kind: 'end', atMs: performanceNow(), why, code }))
    this.#timer = this.#later(firstDrainMs)
    if (cpuProfile) this.#orNoProfile(() => this.#startProfile(folder, limitBytes))
  }

  /** Writes what there is. */
  drain(...last: readonly EndLine[]): void {
    this.#write(() => {
      const now = performanceNow()
      this.#lastDrainMs = now
      const measured = [this.#drain.samples(now), ...this.#drain.steps(now)]
      const pauses = [this.#collections.take(), this.#blocks.take()]
      const spans = [this.spans.takeEnded(), this.spans.takeOpen()]
      return [...measured, ...pauses, ...spans, this.#health(now), ...last]
    })
    if (this.#profile !== undefined) this.#orNoProfile((profile) => profile?.drain(performanceNow()))
  }

  #startProfile(folder: string, limitBytes: number): void {
    const { ProfileLog } = require('./profile-log.js') as typeof import('./profile-log.js')
    this.#profile = new ProfileLog(folder, limitBytes)
  }

  /** The recording goes on without one. */
  #orNoProfile(work: (profile: ProfileLog | undefined) => void): void {
    try {
      work(this.#profile)
    } catch (error) {
      this.#profile = undefined
      this.#options.warn(
        `there is no CPU profile from here on: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }

  #write(lines: () => readonly (Line | undefined)[]): void {
    if (!this.#running) return
    try {
      this.#segments.append(lines().filter((line) => line !== undefined))
    } catch (error) {
      this.#options.warn(`the recording ends here: ${error instanceof Error ? error.message : String(error)}`)
      this.#stop()
    }
  }

  /** Resolves when the files are complete, and only grow until the function that it resolves to is called. */
  hold(): Promise<() => void> {
    this.drain()
    return this.#segments.hold()
  }

  stop(why: string): void {
    this.#finish({ kind: 'end', atMs: performanceNow(), why })
  }

  #later(ms: number): NodeJS.Timeout {
    return outside(() =>
      setTimeout(() => {
        this.drain()
        if (this.#running) this.#timer = this.#later(Math.min(2 * ms, drainMs))
      }, ms).unref(),
    )
  }

  #finish(end: EndLine): void {
    this.#blocks.endHere()
    this.drain(end)
    this.#stop()
  }

  #stop(): void {
    if (!this.#running) return
    this.#running = false
    clearTimeout(this.#timer)
    this.#end.stop()
    this.#collections.stop()
    this.#blocks.stop()
    this.#mark.release()
    this.#segments.close()
    this.#orNoProfile((profile) => profile?.stop())
    this.#profile = undefined
    this.#options.onStop()
  }

  /**
   * Where the event loop is blocked by work that makes spans, the timer does not fire. The time is that of now: a span may
   * be given an end by another clock, which is ahead.
   */
  #onEnded(isFull: boolean): void {
    if (performanceNow() - this.#lastDrainMs > 1.5 * drainMs) this.drain()
    else if (isFull) this.#write(() => [this.spans.takeEnded()])
  }

  #health(atMs: number): HealthLine {
    const health = this.#options.monitor.health()
    const { backend, backendReason, wantedPeriodMs, periodMs, periodReason, samples, missedTicks, maxGapMs } = health
    const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics()
    return {
      kind: 'health',
      atMs,
      backend,
      ...(backendReason !== undefined && { backendReason }),
      ...{ wantedPeriodMs, periodMs, periodReason, samples, missedTicks, maxGapMs },
      ...this.#drain.facts(atMs),
      ...{ heapUsed, heapLimit },
    }
  }
}

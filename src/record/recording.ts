import { cp, rm } from 'node:fs/promises'
import { isMainThread, threadId } from 'node:worker_threads'
import { performanceNow, timeOrigin } from '../clock.js'
import { createMonitor } from '../create-monitor.js'
import { SpanmeterError } from '../errors.js'
import type { Monitor } from '../monitor.js'
import { monitorOptionsFor } from '../otel/options.js'
import { unwatch, watchRegistration } from '../sdk/registration.js'
import { newRecording, threadFolder } from './folders.js'
import { recordingFormat } from './lines.js'
import { machineFacts } from './machine.js'
import { checkRecordingOptions, type RecordingOptions } from './options.js'
import { kernelThread } from './other-threads.js'
import { makeNewFolder } from './private-files.js'
import { Recorder } from './recorder.js'
import { RequestLog } from './requests/request-log.js'
import { SpanLog } from './span-log.js'

export interface Recording extends Disposable {
  /** The folder of this recording, which `spanmeter report` reads; also while it goes on. */
  readonly folder: string
  /** Copies the recording as it is now, beside it. Resolves to the folder of the copy. */
  snapshot(): Promise<string>
  /** Writes what there is, and ends the recording. */
  stop(): void
}

/** What only the package itself asks for. */
interface Internal {
  /** The recording, in place of a new one in the directory. */
  folder?: string
  warn?: (message: string) => void
}

/** As `startRecording` of the package's entry says. */
export function startRecording(options: RecordingOptions, internal: Internal = {}): ThreadRecording {
  const checked = checkRecordingOptions(options)
  const folder = internal.folder ?? orCannotRecord(() => newRecording(checked.directory))
  const warn = internal.warn ?? ((message) => process.emitWarning(`spanmeter: ${message}`))
  return new ThreadRecording(folder, checked, warn)
}

function orCannotRecord<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new SpanmeterError('CANNOT_RECORD', `there is no recording: ${(error as Error).message}`, { cause: error })
  }
}

const snapshotAttempts = 5

type Checked = ReturnType<typeof checkRecordingOptions>

/** The part of a recording that is of this thread. */
class ThreadRecording implements Recording {
  readonly folder: string
  readonly threadFolder: string
  readonly #monitor: Monitor
  readonly #ownsMonitor: boolean
  readonly #recorder: Recorder
  readonly #spans: SpanLog
  readonly #signal: NodeJS.Signals | undefined
  readonly #warn: (message: string) => void
  /** Undefined once a tracer provider was found. */
  #requests: RequestLog | undefined
  readonly #providers = new WeakSet<object>()
  #snapshots = 0

  constructor(folder: string, options: Checked, warn: (message: string) => void) {
    const { monitor, rules, attributes, snapshotSignal } = options
    this.folder = folder
    this.threadFolder = threadFolder(folder)
    this.#warn = warn
    this.#ownsMonitor = monitor === undefined
    this.#monitor = (monitor ?? createMonitor(monitorOptionsFor('default'))) as Monitor
    this.#monitor.start()
    this.#recorder = this.#begin(options)
    this.#spans = new SpanLog(this.#recorder.spans, rules, attributes)
    if (isMainThread) this.#requests = new RequestLog(this.#recorder.spans, this.#monitor, rules, attributes)
    watchRegistration(this.#found)
    this.#signal = snapshotSignal
    if (snapshotSignal !== undefined) process.on(snapshotSignal, this.#onSignal)
  }

  async snapshot(): Promise<string> {
    const release = await this.#recorder.hold()
    try {
      return await this.#copied(snapshotAttempts)
    } finally {
      release()
    }
  }

  /** Files of other threads may be thinned or removed meanwhile: then there is another copy. */
  async #copied(attempts: number): Promise<string> {
    const copy = makeNewFolder(this.#snapshotNames())
    try {
      await cp(this.folder, copy, { recursive: true, filter: (path) => !path.endsWith('.tmp') })
      return copy
    } catch (error) {
      await rm(copy, { recursive: true, force: true })
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempts === 1) throw error
      return this.#copied(attempts - 1)
    }
  }

  *#snapshotNames(): Generator<string> {
    for (let i = 0; i < 1000; i++) yield `${this.folder}-snapshot-${++this.#snapshots}`
  }

  stop(): void {
    // Not where writing failed: a signal that nobody waits for ends the process.
    if (this.#signal !== undefined) process.off(this.#signal, this.#onSignal)
    this.#recorder.stop('the recording was stopped')
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #begin({ maxMb, attributes, cpuProfile }: Checked): Recorder {
    const startMs = performanceNow()
    const tid = kernelThread()
    const header = {
      format: recordingFormat,
      pid: process.pid,
      threadId,
      ...(tid !== undefined && { kernelThread: tid }),
      command: process.argv,
      node: process.version,
      timeOrigin,
      startMs,
      machine: machineFacts(),
    } as const
    const recorderOptions = {
      folder: this.threadFolder,
      header,
      monitor: this.#monitor,
      maxBytes: maxMb * 2 ** 20,
      cpuProfile,
      messages: attributes,
      warn: this.#warn,
      onStop: () => this.#onStop(),
    }
    try {
      return orCannotRecord(() => new Recorder(recorderOptions))
    } catch (error) {
      if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
      throw error
    }
  }

  readonly #found = (provider: object): void => {
    if (this.#providers.has(provider)) return
    this.#providers.add(provider)
    this.#requests?.stop()
    this.#requests = undefined
    try {
      this.#spans.attachTo(provider)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#warn(`the spans of a tracer provider are not recorded: ${reason}`)
    }
  }

  /** Also where writing failed, or the thread ends. */
  #onStop(): void {
    this.#spans.stop()
    this.#requests?.stop()
    unwatch(this.#found)
    if (this.#ownsMonitor) this.#monitor[Symbol.dispose]()
  }

  readonly #onSignal = (): void => {
    this.snapshot().catch((error: Error) => this.#warn(`there is no snapshot: ${error.message}`))
  }
}

import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Ready } from '../services/messages'
import type { ServiceName } from '../workload/config'
import { Child } from './child'

const MAX_RESTARTS = 3

export interface ServiceSetup {
  service: ServiceName
  /** Of the logs and recordings, as `processing-2`. */
  instance: string
  env: NodeJS.ProcessEnv
  /** For the lines that it logs. */
  logs: string
  /** How long it may take until it is ready. */
  readyMs: number
  /** Modules that are loaded before it, by `--import`. */
  imports: readonly string[]
}

/** A service in a process of its own, which is started again when it ends unasked, as an orchestrator does. */
export class ServiceProcess {
  readonly service: ServiceName
  readonly instance: string
  /** Rejects when it has ended too often. */
  readonly failed: Promise<never>
  readonly #setup: ServiceSetup
  readonly #announce: (line: string) => void
  #child!: Child
  #port: number | undefined
  #restarts = 0
  #isStopping = false
  readonly #ready: Promise<void>
  #isReady!: () => void
  #fail!: (error: Error) => void

  private constructor(setup: ServiceSetup, announce: (line: string) => void) {
    this.service = setup.service
    this.instance = setup.instance
    this.#setup = setup
    this.#announce = announce
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
    // Whoever waits for something else hears of it then.
    this.failed.catch(() => {})
  }

  /** Resolves when it is ready for work. `announce` is called with what becomes of it. */
  static async start(setup: ServiceSetup, announce: (line: string) => void): Promise<ServiceProcess> {
    const service = new ServiceProcess(setup, announce)
    service.#spawn()
    await Promise.race([service.#ready, service.failed])
    return service
  }

  /** Of its HTTP server. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async stop(untilMs?: number): Promise<void> {
    this.#isStopping = true
    await this.#child.stop(untilMs)
  }

  #spawn(): void {
    const { service, instance, env, logs, imports, readyMs } = this.#setup
    const services = join(__dirname, '../services')
    const modules = imports.flatMap((name) => ['--import', name])
    const command = [process.execPath, '--require', join(services, 'instrument.js'), ...modules]
    const log = openSync(logs, 'a')
    const child = new Child(
      [...command, join(services, `${service}.js`)],
      // Again where it was before.
      { ...process.env, ...env, INSTANCE: instance, ...(this.#port !== undefined && { PORT: `${this.#port}` }) },
      ['ignore', log, log, 'ipc'],
    )
    closeSync(log)
    this.#child = child
    const timer = setTimeout(() => this.#giveUp(`was not ready within ${readyMs / 1000} s`), readyMs)
    child.process.once('message', ({ port }: Ready) => {
      clearTimeout(timer)
      this.#port = port
      this.#announce(`${instance} is ready (process ${child.process.pid}, ${this.url})`)
      this.#isReady()
    })
    void child.ended.then((end) => {
      clearTimeout(timer)
      this.#onEnd(end)
    })
  }

  #onEnd(end: string): void {
    if (this.#isStopping) return
    if (this.#restarts++ === MAX_RESTARTS) {
      this.#giveUp(`${end}, again and again`)
      return
    }
    this.#announce(`${this.instance} ${end}: it is started again`)
    this.#spawn()
  }

  #giveUp(why: string): void {
    this.#isStopping = true
    this.#fail(new Error(`${this.instance} ${why}: see ${this.#setup.logs}`))
  }
}

import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { MonitorOptions, ResourceStats } from 'spanmeter'

interface Answers {
  burn: { startMs: number; usedMs: number; endMs: number }
  spin: { startMs: number; usedMs: number; endMs: number }
  mark: { before: number; markMs: number; after: number }
  since: { stats: ResourceStats; threadMs: number }
  between: ResourceStats
}

/** A thread of its own, with or without a monitor of its own. */
export class TestThread implements AsyncDisposable {
  readonly #worker: Worker

  private constructor(monitor?: MonitorOptions) {
    this.#worker = new Worker(join(__dirname, '../fixtures/thread.cjs'), { workerData: { monitor } })
  }

  static async start(monitor?: MonitorOptions): Promise<TestThread> {
    const thread = new TestThread(monitor)
    await once(thread.#worker, 'message')
    return thread
  }

  async do<K extends keyof Answers>(order: K, value?: unknown): Promise<Answers[K]> {
    const answer = once(this.#worker, 'message')
    this.#worker.postMessage([order, value])
    const [message] = await answer
    return message
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}

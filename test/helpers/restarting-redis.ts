import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Redis from 'ioredis'
import { freePort } from './ports'

/** A Redis that keeps what it has when it is killed and started again. */
export class RestartingRedis implements AsyncDisposable {
  readonly url: string
  readonly client: Redis
  readonly #port: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'spanmeter-redis-'))
  #child: ChildProcess

  private constructor(port: number) {
    this.#port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#child = this.#spawn()
    this.client = new Redis(this.url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
    this.client.on('error', () => {})
  }

  static async start(): Promise<RestartingRedis> {
    const redis = new RestartingRedis(await freePort())
    await redis.client.ping()
    return redis
  }

  async killAndRestart(): Promise<void> {
    await this.kill()
    this.#child = this.#spawn()
    await this.client.ping()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect()
    await this.kill()
    rmSync(this.#folder, { recursive: true })
  }

  #spawn(): ChildProcess {
    const files = ['--dir', this.#folder, '--save', '', '--appendonly', 'yes']
    const args = ['--pdeathsig=KILL', 'redis-server', '--port', `${this.#port}`, '--bind', '127.0.0.1', ...files]
    return spawn('setpriv', args, { stdio: 'ignore' })
  }

  async kill(): Promise<void> {
    if (this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

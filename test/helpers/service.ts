import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

/** A child process that serves HTTP and prints its port. */
export class Service implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #stderr: Promise<string>
  readonly #ended: Promise<unknown[]>
  #url = ''

  private constructor(folder: string, node: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', ...env } }
    this.#child = spawn(node, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#stderr = text(this.#child.stderr!)
    this.#ended = once(this.#child, 'close')
  }

  static async start(folder: string, node: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Service> {
    const service = new Service(folder, node, args, env)
    const line = once(createInterface(service.#child.stdout!), 'line')
    const [port] = await Promise.race([line, service.#ended.then(() => [])])
    if (port === undefined) throw new Error(`it did not start:\n${await service.#stderr}`)
    service.#url = `http://127.0.0.1:${port}`
    return service
  }

  async get<T>(path: string): Promise<T> {
    // Not kept alive: a service would wait for it at its end.
    const response = await fetch(this.#url + path, { headers: { connection: 'close' } })
    return (await response.json()) as T
  }

  /** Asks it to end, as a machine does. */
  async end(): Promise<{ code: unknown; stderr: string }> {
    this.#child.kill('SIGTERM')
    const [code] = await this.#ended
    return { code, stderr: await this.#stderr }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ports'

/** A real Alertmanager. */
export class AlertmanagerServer implements AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #log: Promise<string>

  static async start(config: object): Promise<AlertmanagerServer> {
    const server = new AlertmanagerServer(config, await freePort())
    for (;;) {
      const ready = await fetch(`${server.url}/-/ready`).catch(() => undefined)
      if (ready?.ok) return server
      if (server.#child.exitCode !== null) throw new Error(`alertmanager ended:\n${await server.#log}`)
      await sleep(50)
    }
  }

  private constructor(config: object, port: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'spanmeter-alertmanager-'))
    this.port = port
    this.url = `http://127.0.0.1:${port}`
    const file = join(this.#folder, 'alertmanager.yml')
    // YAML is JSON, too.
    writeFileSync(file, JSON.stringify(config))
    const options = [
      `--config.file=${file}`,
      `--storage.path=${this.#folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone.
      '--cluster.listen-address=',
      '--log.level=warn',
    ]
    this.#child = spawn('prometheus-alertmanager', options, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#log = text(this.#child.stderr!)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

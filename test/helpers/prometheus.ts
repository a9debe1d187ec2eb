import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ports'
import { goAhead } from './priority'

export interface Series {
  metric: Record<string, string>
  value: number
}

/** Seconds since 1970, and the value. */
type Point = [number, string]

export interface Alerting {
  /** The file. */
  rules: string
  port: number
}

/** A real Prometheus server that scrapes once a second. */
export class PrometheusServer implements AsyncDisposable {
  readonly #url: string
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #log: Promise<string>

  /** `jobs`: the port of each. `alerting`: rules, and the Alertmanager that hears of them. */
  static async start(jobs: Record<string, number>, alerting?: Alerting): Promise<PrometheusServer> {
    const server = new PrometheusServer(jobs, await freePort(), alerting)
    for (;;) {
      const ready = await fetch(`${server.#url}/-/ready`).catch(() => undefined)
      if (ready?.ok) return server
      if (server.#child.exitCode !== null) throw new Error(`prometheus ended:\n${await server.#log}`)
      await sleep(50)
    }
  }

  private constructor(jobs: Record<string, number>, port: number, alerting: Alerting | undefined) {
    this.#folder = mkdtempSync(join(tmpdir(), 'spanmeter-prometheus-'))
    this.#url = `http://127.0.0.1:${port}`
    const configs = Object.entries(jobs).map(([name, target]) => {
      return { job_name: name, static_configs: [{ targets: [`127.0.0.1:${target}`] }] }
    })
    const file = join(this.#folder, 'prometheus.yml')
    const intervals = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' }
    const alertmanagers = [{ static_configs: [{ targets: [`127.0.0.1:${alerting?.port}`] }] }]
    const rules = alerting && { rule_files: [alerting.rules], alerting: { alertmanagers } }
    // YAML is JSON, too.
    writeFileSync(file, JSON.stringify({ global: intervals, scrape_configs: configs, ...rules }))
    const options = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${this.#folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ]
    this.#child = spawn('prometheus', options, { stdio: ['ignore', 'ignore', 'pipe'] })
    goAhead(this.#child)
    this.#log = text(this.#child.stderr!)
  }

  /** What a PromQL expression gives, now or at another time, in ms since 1970. */
  async ask(query: string, atMs?: number): Promise<Series[]> {
    const result = await this.#query<{ value: Point }>(query, atMs)
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }

  /** What was scraped, as `name[20s]` says: when it was asked for, in ms since 1970, and the sum of all series. */
  async askSamples(range: string, atMs?: number): Promise<Map<number, number>> {
    const samples = new Map<number, number>()
    for (const { values } of await this.#query<{ values: Point[] }>(range, atMs)) {
      for (const [seconds, value] of values) {
        const ms = Math.round(1000 * seconds)
        samples.set(ms, (samples.get(ms) ?? 0) + Number(value))
      }
    }
    return samples
  }

  /** The value of the one series that it gives. */
  async askOne(query: string, atMs?: number): Promise<number> {
    const series = await this.ask(query, atMs)
    if (series.length !== 1) throw new Error(`${query} gives ${series.length} series`)
    return series[0]!.value
  }

  async #query<T>(query: string, atMs = Date.now()): Promise<({ metric: Record<string, string> } & T)[]> {
    const parameters = new URLSearchParams({ query, time: String(atMs / 1000) })
    const response = await fetch(`${this.#url}/api/v1/query?${parameters}`)
    const answer = (await response.json()) as {
      error?: string
      data: { result: ({ metric: Record<string, string> } & T)[] }
    }
    if (answer.error !== undefined) throw new Error(`${query}: ${answer.error}`)
    return answer.data.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

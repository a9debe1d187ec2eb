import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderRequest } from '../../examples/orders/services/order'
import type { OperationName } from '../../examples/orders/workload/operations'
import { packageRoot } from './child'
import { OtlpReceiver, type PlacedSpan } from './otlp'

const main = join(packageRoot, 'build/examples/orders/main.js')

/** The path of a program; undefined if it is not on the PATH. */
export function findInPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Why the example cannot run, as the end of a test's name; empty if it can. */
export const unlessKafka = findInPath('kcat') ? '' : " (skipped: install Debian's package kcat first)"

const light = { api: 'json_processing', notification: 'redis_basic', analytics: 'redis_basic' } as const

/** An order that is light work for all services but processing. */
export function orderFor(processing: OperationName, customer = 'customer 0'): OrderRequest {
  const items = [{ sku: 'a', quantity: 2, price: 10 }]
  return { customer, items, workload: { operation: { ...light, processing } } }
}

/** Compiles the example, once at a time; what is compiled already is left alone, since others may be running it. */
export function buildOrders(): void {
  const folder = join(packageRoot, 'build')
  mkdirSync(folder, { recursive: true })
  const tsc = ['npx', 'tsc', '-p', 'examples/orders']
  execFileSync('flock', [join(folder, 'orders.lock'), ...tsc], { cwd: packageRoot, stdio: 'inherit' })
}

interface LogLine {
  msg: string
  order?: string
  correlation_id?: string
  trace_id?: string
}

/** `npm run orders`, without compiling it again, in a folder of its own. */
export class OrdersRun implements AsyncDisposable {
  readonly receiver: OtlpReceiver
  readonly folder = mkdtempSync(join(tmpdir(), 'spanmeter-orders-'))
  readonly child: ChildProcess
  readonly stderr: Promise<string>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #stdout = ''

  private constructor(receiver: OtlpReceiver, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.receiver = receiver
    this.child = spawn(process.execPath, [main, '--port', '0', '--timeout', '90', '--scale', '1', ...args], {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: '', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk
    })
    this.stderr = text(this.child.stderr!)
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }))
  }

  static async start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<OrdersRun> {
    return new OrdersRun(await OtlpReceiver.start(), args, env)
  }

  get stdout(): string {
    return this.#stdout
  }

  /** What the first group of the pattern is in what it has printed, as soon as it is there. */
  async printed(pattern: RegExp): Promise<string> {
    const hasEnded = this.ended.then(() => true)
    for (;;) {
      const [, found] = pattern.exec(this.#stdout) ?? []
      if (found !== undefined) return found
      if (await Promise.race([hasEnded, sleep(20)])) throw new Error(`${this.#stdout}\n${await this.stderr}`)
    }
  }

  async pidOf(instance: string): Promise<number> {
    return Number(await this.printed(new RegExp(`^${instance} is ready \\(process (\\d+)`, 'm')))
  }

  /** How many orders an instance has counted, by what became of them. */
  async outcomes(instance: string): Promise<Record<string, number>> {
    const url = await this.printed(new RegExp(`^${instance} is ready \\(process \\d+, (\\S+)\\)`, 'm'))
    const text = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text()
    const counts = text.matchAll(/^orders_total\{.*?outcome="(\w+)".*?\} (\d+)/gm)
    return Object.fromEntries([...counts].map(([, outcome, count]) => [outcome!, Number(count)]))
  }

  /** Sends an order, or what pretends to be one. */
  async post(body: OrderRequest | string, headers: Record<string, string> = {}) {
    const url = await this.printed(/^ready: POST (\S+);/m)
    const init = { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close', ...headers } }
    const response = await fetch(url, { ...init, body: typeof body === 'string' ? body : JSON.stringify(body) })
    return { status: response.status, ...((await response.json()) as { id: string; traceId: string; error: string }) }
  }

  log(instance: string): LogLine[] {
    const lines = readFileSync(join(this.folder, 'orders-report/logs', `${instance}.jsonl`), 'utf8').split('\n')
    // Warnings of Node.js are no JSON; the last line may not be whole.
    return lines.filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line))
  }

  /** Waits until an instance has logged this of an order. */
  async logged(instance: string, order: string, message: string): Promise<LogLine> {
    for (;;) {
      const line = this.log(instance).find((line) => line.order === order && line.msg === message)
      if (line !== undefined) return line
      await sleep(10)
    }
  }

  /** The spans of a trace, as soon as there are all that are wanted. */
  async spans(traceId: string, ...wanted: readonly string[]): Promise<PlacedSpan[]> {
    for (;;) {
      const found = this.receiver.spans.filter((span) => span.traceId === traceId)
      if (wanted.every((name) => found.some((span) => span.name === name))) return found
      await sleep(50)
    }
  }

  /** The ids of all of its processes that run, which work in its folder. */
  processes(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids.map(Number).filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder)
      } catch {
        return false
      }
    })
  }

  pidsOf(program: string): number[] {
    return this.processes().filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL')
    await this.ended
    await this.receiver[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

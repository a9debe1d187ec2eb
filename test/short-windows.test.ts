import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createMonitor, type MonitorOptions, type ResourceMonitor } from 'spanmeter'
import { beforeAll, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { settle } from './helpers/settle'

// Windows shorter than a period, while another thread works by turns: what it used since the last tick is booked by
// nobody unless its clock is read at the edges. Truth: both threads count their own time in steps of a spin loop.

beforeAll(settle)

/** Spins for so long; how much of it this thread really ran. */
function spin(ms: number): number {
  let ranMs = 0
  let last = performance.now()
  const end = last + ms
  while (last < end) {
    const time = performance.now()
    if (time - last < 0.03) ranMs += time - last
    last = time
  }
  return ranMs
}

class Bursts implements AsyncDisposable {
  readonly #shared = new SharedArrayBuffer(16)
  readonly #word = new Int32Array(this.#shared, 0, 2)
  readonly #ranMs = new Float64Array(this.#shared, 8, 1)
  readonly #worker: Worker

  constructor(onOrder: boolean) {
    this.#word[1] = Number(onOrder)
    this.#worker = new Worker(join(__dirname, 'fixtures/bursts.cjs'), { workerData: this.#shared })
  }

  order(): void {
    Atomics.store(this.#word, 0, 1)
    Atomics.notify(this.#word, 0)
  }

  /** The error of a window's CPU time in ms; undefined if others took the CPU meanwhile. */
  errorOf(monitor: ResourceMonitor, ms: number): number | undefined {
    const begin = performance.now()
    const mark = monitor.mark()
    const before = this.#ranMs[0]!
    const own = spin(ms)
    const { cpu } = monitor.since(mark)
    const truth = own + this.#ranMs[0]! - before
    return performance.now() - begin > ms + 0.4 ? undefined : cpu!.timeMs - truth
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}

const sampling: MonitorOptions = { backend: 'native', sources: [], maxOverheadPercent: 0 }

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!
}

test('a thread that began to run after the last sample is missed by no edge', async () => {
  await using bursts = new Bursts(false)
  using monitor = createMonitor({ ...sampling, whenIdle: 'sample' }).start()
  await sleep(200)
  const rounds: number[] = []
  // More than one where others take the CPU.
  while (rounds.length < 3 && !rounds.some((lowest) => lowest > -0.06)) {
    const errors: number[] = []
    const until = performance.now() + 2000
    while (performance.now() < until) errors.push(bursts.errorOf(monitor, 0.2) ?? 0)
    // What a start edge misses counts for the wrong window, what an end edge misses for none: with bursts in a fifth of
    // the time, one window in fifteen.
    rounds.push(quantile(errors, 0.03))
  }
  expect(Math.max(...rounds), `${rounds}`).toBeGreaterThan(-0.06)
})

test('a window that wakes the sampler knows who was running already', async () => {
  await using bursts = new Bursts(true)
  using monitor = createMonitor(sampling).start()
  const errors: number[] = []
  // More of them where others take the CPU.
  for (let i = 0; i < 30 || (errors.length <= 5 && i < 300); i++) {
    await expect.poll(() => monitor.health().state, { interval: 10 }).toBe('parked')
    bursts.order()
    spin(8)
    const error = bursts.errorOf(monitor, 0.9)
    if (error !== undefined) errors.push(error)
    await sleep(40)
  }
  expect(errors.length).toBeGreaterThan(5)
  expect(quantile(errors, 0.2)).toBeGreaterThan(-0.3)
})

test('a window within another may have the higher maximum: its own ends are readings, too', async () => {
  using monitor = createMonitor({ ...sampling, periodMs: 40 }).start()
  const outer = monitor.mark()
  const highest: number[] = []
  for (let i = 0; i < 5; i++) {
    await sleep(100)
    const inner = monitor.mark()
    burn(4)
    highest.push(monitor.since(inner).cpu!.max)
  }
  await sleep(100)
  const { cpu } = monitor.since(outer)
  expect(Math.max(...highest), `${highest}`).toBeGreaterThan(cpu!.max)
  expect(cpu!.max).toBeGreaterThan(0)
})

import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { amount, type Case, median } from '../case.js'
import { IntervalSampler } from '../load/interval-sampler.js'
import { loadAddon } from '../native.js'

const quads = amount(40)
/** A sampler that was let go of stays awake for a while; the same wait comes before every slice. */
const settleMs = 30
const turns = 4
const unitsPerTurn = 10

/** Does the same work with and without a sampler at 1 kHz, in slices of a few milliseconds: on, off, off, on. */
export const mainThread: Case = {
  name: 'main-thread',
  title: 'CPU time of the main thread for a fixed piece of work, more with sampling at 1 kHz than without',
  variants: ['off', 'native', 'js'],
  repeats: 3,
  async run(variant) {
    const sampler = samplers[variant]?.()
    const slice = measuredSlice()
    for (let i = 0; i < 20; i++) await slice()
    const differences: number[] = []
    const without: number[] = []
    for (let quad = 0; quad < quads; quad++) {
      const times = { on: 0, off: 0 }
      for (const state of ['on', 'off', 'off', 'on'] as const) {
        if (state === 'on') sampler?.on()
        await sleep(settleMs)
        if (state === 'off') await sampler?.waitUntilOff()
        times[state] += await slice()
        if (state === 'on') sampler?.off()
      }
      differences.push((100 * (times.on - times.off)) / times.off)
      without.push(times.off / 2)
    }
    sampler?.close()
    const { mean, low, high } = interval(differences)
    return [
      { metric: 'work', value: median(without), unit: 'ms' },
      { metric: 'more with sampling', value: mean, unit: '%' },
      { metric: '95 % interval from', value: low, unit: '%' },
      { metric: 'to', value: high, unit: '%' },
    ]
  },
}

interface Sampler {
  on(): void
  off(): void
  /** Throws if it goes on sampling. */
  waitUntilOff(): Promise<void>
  close(): void
}

const samplers: Partial<Record<string, () => Sampler>> = { native: whileMarked, js: byInterval }

/** Sampling while a mark is open, as it would while a span is. */
function whileMarked(): Sampler {
  const monitor = createMonitor({ periodMs: 1, backend: 'native', maxOverheadPercent: 0 }).start()
  let mark = monitor.mark()
  mark.release()
  return {
    on() {
      mark = monitor.mark()
    },
    off: () => mark.release(),
    async waitUntilOff() {
      // Its thread needs a CPU to park, too.
      for (let waited = 0; monitor.health().state !== 'parked'; waited += settleMs) {
        if (waited > 10_000) throw new Error('a sampler goes on that nobody looks at')
        await sleep(settleMs)
      }
    },
    close: () => monitor[Symbol.dispose](),
  }
}

function byInterval(): Sampler {
  let sampler: IntervalSampler | undefined
  const stop = () => sampler?.stop()
  return {
    on() {
      sampler = new IntervalSampler(1)
    },
    off: stop,
    async waitUntilOff() {},
    close: stop,
  }
}

/** One slice of work, which lets the event loop run a few times as a service would; returns its CPU in ms. */
function measuredSlice(): () => Promise<number> {
  const { threadCpu } = loadAddon()
  const memory = new Float64Array(32_768).map((_, i) => i)
  return async () => {
    const begin = threadCpu()
    for (let turn = 0; turn < turns; turn++) {
      for (let unit = 0; unit < unitsPerTurn; unit++) work(memory)
      await new Promise(setImmediate)
    }
    return threadCpu() - begin
  }
}

/** Arithmetic over more memory than the first cache holds: a sampler that displaces it shows. */
function work(memory: Float64Array): void {
  for (let i = 1; i < memory.length; i++) memory[i] = memory[i]! * 0.999 + memory[i - 1]! * 0.001
}

/** The mean of paired differences and where it lies with 95 % certainty (Student's t for 40 of them). */
function interval(values: readonly number[]): { mean: number; low: number; high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const half = 2.023 * Math.sqrt(squares / (values.length - 1) / values.length)
  return { mean, low: mean - half, high: mean + half }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { amount, type Case, type Metric, quantile } from '../case.js'
import { type Bursts, truth } from '../load/bursts.js'
import { IntervalSampler } from '../load/interval-sampler.js'
import { burstPlan, type Pattern, patterns } from '../load/patterns.js'
import { sampleGetrusage } from '../load/rusage-worker.js'
import { loadAddon } from '../native.js'

const durationMs = amount(1000)
const samplers = ['native', 'getrusage', 'js'] as const
type Sampler = (typeof samplers)[number]

/** What a sampler said of one period after another; times by `process.hrtime()`. */
export interface Percents {
  timeMs: ArrayLike<number>
  percent: ArrayLike<number>
}

/** Sampled CPU against a thread that works in bursts and keeps a log of them: the truth of each single period. */
export const dutyCycle: Case = {
  name: 'duty-cycle',
  title:
    'Error of process CPU per 1 ms sample against the log of a thread that works in bursts; points are of one core',
  variants: patterns.flatMap((pattern) => samplers.map((sampler) => `${pattern}: ${sampler}`)),
  repeats: 3,
  async run(variant) {
    const [pattern, sampler] = variant.split(': ') as [Pattern, Sampler]
    const addon = loadAddon()
    let bursts: Bursts = new Float64Array()
    const percents = await sample(sampler, async () => {
      addon.startBurner(burstPlan(pattern, durationMs))
      await sleep(durationMs + 20)
      bursts = addon.takeBursts()
    })
    return errors(percents, bursts)
  },
}

function sample(sampler: Sampler, work: () => Promise<void>): Promise<Percents> {
  const samplers = { native: sampleNatively, getrusage: sampleGetrusage, js: sampleByInterval }
  return samplers[sampler](work)
}

async function sampleNatively(work: () => Promise<void>): Promise<Percents> {
  using monitor = createMonitor({ periodMs: 1, backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
  await sleep(50)
  const begin = performance.now()
  await work()
  const { timeMs, cpu } = monitor.samples(begin, performance.now())
  const offset = monotonicOffset()
  return { timeMs: timeMs.map((time) => time + offset), percent: cpu.avg }
}

async function sampleByInterval(work: () => Promise<void>): Promise<Percents> {
  const sampler = new IntervalSampler(1)
  await sleep(50)
  await work()
  sampler.stop()
  const offset = monotonicOffset()
  const percents = sampler.rows.slice(1).map(([timeMs, cpuUs], i) => {
    const [timeBeforeMs, cpuBeforeUs] = sampler.rows[i]!
    return (cpuUs - cpuBeforeUs) / 10 / (timeMs - timeBeforeMs)
  })
  return { timeMs: sampler.rows.slice(1).map(([timeMs]) => timeMs + offset), percent: percents }
}

/** From `performance.now()` to the clock that the burner's log is in. */
function monotonicOffset(): number {
  const before = performance.now()
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6 - (before + performance.now()) / 2
}

function errors({ timeMs, percent }: Percents, bursts: Bursts): Metric[] {
  const found: number[] = []
  let periods = 0
  for (let i = 1; i < timeMs.length; i++) {
    const [from, to] = [timeMs[i - 1]!, timeMs[i]!]
    if (from < bursts[0]! || to > bursts.at(-3)! || to <= from) continue
    periods++
    const busy = truth(bursts, from, to)
    if (busy !== undefined) found.push(percent[i]! - (100 * busy) / (to - from))
  }
  const sizes = found.map(Math.abs)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return [
    { metric: 'bias', value: mean(found), unit: 'points' },
    { metric: 'mean absolute error', value: mean(sizes), unit: 'points' },
    { metric: 'p99 error', value: quantile(sizes, 0.99), unit: 'points' },
    { metric: 'periods left out', value: 100 * (1 - found.length / periods), unit: '%' },
  ]
}

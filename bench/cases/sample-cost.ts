import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor, type Source } from 'spanmeter'
import type { Case, Metric } from '../case.js'
import { psutilMissing, runPsutil } from '../load/psutil.js'
import { jsSamplers } from '../load/samplers.js'
import { loadAddon, runProgram } from '../native.js'
import { mainThreadCpu, processCpu } from '../process-threads.js'

/** The highest first, so that JavaScript is compiled when few samples have to show it. */
const rates = [
  { hertz: 1000, durationMs: 600 },
  { hertz: 100, durationMs: 600 },
  { hertz: 10, durationMs: 2000 },
]

const idleMs = 1000
/** A process that has just begun still compiles and collects. */
const settleMs = 700

/** CPU in ms, and of that on the main thread where there is one that does something else. */
interface Cost {
  samples: number
  cpu: number
  mainThread?: number
}
type Measure = (periodMs: number, durationMs: number) => Promise<Cost>

const own: Record<string, Measure> = {
  'empty loop': async (periodMs, durationMs) => {
    const loop = await runProgram('empty_loop', periodMs * 1000, durationMs)
    return { samples: loop.get('taken')!, cpu: loop.get('cpuUs')! / 1000 }
  },
  'empty loop in Node': async (periodMs, durationMs) => {
    const addon = loadAddon()
    addon.startLoop(periodMs)
    await sleep(durationMs)
    const [samples, cpu] = addon.stopLoop()
    return { samples: samples!, cpu: cpu! }
  },
  native: native(undefined),
  'native, CPU and memory': native(['memory']),
}

const variants = [...Object.keys(own), ...Object.keys(jsSamplers), 'psutil']

/** What a sample costs by who takes it, beside a loop that wakes up as often and reads nothing. */
export const sampleCost: Case = {
  name: 'sample-cost',
  title: 'CPU time per sample of an otherwise idle process, waking up included',
  variants,
  baseline: 'empty loop',
  repeats: 3,
  missing: (variant) => (variant === 'psutil' ? psutilMissing() : undefined),
  async run(variant) {
    const metrics: Metric[] = []
    const onMainThread: Metric[] = []
    const measure = measurer(variant)
    for (const { hertz, durationMs } of rates) {
      const { samples, cpu, mainThread } = await measure(1000 / hertz, durationMs)
      metrics.push({ metric: `${hertz} Hz`, value: (1000 * cpu) / samples, unit: 'µs' })
      if (hertz === 1000 && mainThread !== undefined) {
        const value = (1000 * mainThread) / samples
        onMainThread.push({ metric: `of ${hertz} Hz on the main thread`, value, unit: 'µs' })
      }
    }
    return [...metrics, ...onMainThread]
  },
}

function measurer(variant: string): Measure {
  if (variant === 'psutil') return runPsutil
  return own[variant] ?? inside(variant as keyof typeof jsSamplers)
}

/** By the sampler thread's own clock, as `health()` reports it. */
function native(sources: readonly Source[] | undefined): Measure {
  return async (periodMs, durationMs) => {
    const always = { periodMs, historyMs: 5000, whenIdle: 'sample', maxOverheadPercent: 0 } as const
    using monitor = createMonitor({ ...always, backend: 'native', ...(sources && { sources }) }).start()
    await sleep(300) // the first samples also find out which threads there are
    const [before, mainBefore] = [monitor.health(), mainThreadCpu()]
    await sleep(durationMs)
    const mainThread = mainThreadCpu() - mainBefore
    const after = monitor.health()
    return { samples: after.samples - before.samples, cpu: after.cpuTimeMs - before.cpuTimeMs, mainThread }
  }
}

/** What it adds to the CPU time of this process, over a time in which the process did nothing. */
function inside(name: keyof typeof jsSamplers): Measure {
  let idle: Promise<Used> | undefined
  return async (periodMs, durationMs) => {
    idle ??= sleep(settleMs).then(() => used(idleMs))
    const { process, mainThread } = await idle
    const sampler = jsSamplers[name](periodMs)
    await sleep(300)
    const before = sampler.taken()
    const busy = await used(durationMs)
    const samples = sampler.taken() - before
    await sampler.stop()
    const share = durationMs / idleMs
    return { samples, cpu: busy.process - share * process, mainThread: busy.mainThread - share * mainThread }
  }
}

/** CPU in ms. */
interface Used {
  process: number
  mainThread: number
}

async function used(durationMs: number): Promise<Used> {
  const [before, mainBefore] = [processCpu(), mainThreadCpu()]
  await sleep(durationMs)
  return { process: processCpu() - before, mainThread: mainThreadCpu() - mainBefore }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { amount, type Case, type Metric } from '../case.js'
import { keepAllCoresBusy } from '../load/busy-cores.js'
import { runProgram } from '../native.js'

const kilohertz = [1, 4, 10, 20]
const durationMs = amount(1000)

/** How many of the ticks that were due a sampler takes, beside a loop that wakes up as often and reads nothing. */
function ticks(load: 'idle' | 'busy'): Case {
  return {
    name: `ticks-${load}`,
    title: `Ticks taken by the rate, ${load === 'idle' ? 'the machine being idle' : 'with all cores busy'}`,
    variants: ['empty loop', 'native'],
    baseline: 'empty loop',
    repeats: 3,
    async run(variant) {
      using _load = load === 'busy' ? keepAllCoresBusy(30_000) : undefined
      await sleep(100)
      const metrics: Metric[] = []
      for (const rate of kilohertz) {
        const share = await (variant === 'native' ? takenNatively(1 / rate) : takenByLoop(1 / rate))
        metrics.push({ metric: `${rate} kHz`, value: 100 * share, unit: '% of due' })
      }
      return metrics
    },
  }
}

export const ticksIdle = ticks('idle')
export const ticksBusy = ticks('busy')

async function takenByLoop(periodMs: number): Promise<number> {
  const loop = await runProgram('empty_loop', periodMs * 1000, durationMs)
  return loop.get('taken')! / loop.get('due')!
}

async function takenNatively(periodMs: number): Promise<number> {
  const always = { periodMs, historyMs: 2000, whenIdle: 'sample', maxOverheadPercent: 0 } as const
  using monitor = createMonitor({ ...always, backend: 'native' }).start()
  await sleep(100)
  const [before, begin] = [monitor.health().samples, performance.now()]
  await sleep(durationMs)
  return (monitor.health().samples - before) / ((performance.now() - begin) / periodMs)
}

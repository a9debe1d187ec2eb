import { askChild } from './child.js'
import type { ReportProgress } from './progress.js'
import type { RateOutcome } from './rate-trial.js'
import type { BudgetTrial, RateTrial } from './report.js'

const periods = { native: [10, 1, 0.25, 0.1], js: [10, 1] }
/** The first samples are slower: they find the threads of the process. */
const settleMs = 150
const durationMs = 700
/** The sampler adjusts its period to the budget after 100 ms and 20 samples. */
const budgetSettleMs = 600
const defaults = { periodMs: 1, maxOverheadPercent: 1 }

/** Makes one trial after the other, because they are timed. A trial that fails is left out. */
export async function tryRates(backend: 'native' | 'js', report: ReportProgress): Promise<RateTrial[]> {
  const trials: RateTrial[] = []
  for (const periodMs of periods[backend]) {
    report(`sampling each ${periodMs} ms`)
    const outcome = await attempt(periodMs, 0, settleMs)
    if (outcome?.health.backend === backend) trials.push(judge(periodMs, outcome))
  }
  return trials
}

function judge(periodMs: number, { durationMs, samples, missedTicks, cpuMs, health }: RateOutcome): RateTrial {
  const missed = Object.values(missedTicks).reduce((sum, ticks) => sum + ticks, 0)
  return {
    periodMs,
    durationMs,
    samples,
    missedTicks,
    achievedHz: (1000 * samples) / durationMs,
    heldPercent: samples + missed === 0 ? 0 : (100 * samples) / (samples + missed),
    latenessMs: health.lateness,
    cpuPercent: (100 * cpuMs) / durationMs,
  }
}

/** With the defaults of `createMonitor()`. */
export async function tryBudget(report: ReportProgress): Promise<BudgetTrial | null> {
  report('sampling within the default budget')
  const outcome = await attempt(defaults.periodMs, defaults.maxOverheadPercent, budgetSettleMs)
  if (outcome?.health.backend !== 'native') return null
  const { health, cpuMs, durationMs } = outcome
  return {
    maxOverheadPercent: defaults.maxOverheadPercent,
    wantedPeriodMs: health.wantedPeriodMs,
    periodMs: health.periodMs,
    periodReason: health.periodReason,
    cpuPercent: (100 * cpuMs) / durationMs,
  }
}

async function attempt(periodMs: number, budget: number, settle: number): Promise<RateOutcome | undefined> {
  try {
    return await askChild<RateOutcome>('rate-trial.js', [periodMs, budget, settle, durationMs].map(String))
  } catch {
    return undefined
  }
}

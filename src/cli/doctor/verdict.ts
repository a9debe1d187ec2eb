import { hertz, percent } from './figures.js'
import type { RateTrial, Report } from './report.js'

type Facts = Pick<Report, 'sampler' | 'rates' | 'budget'>

/** The result of all facts, in a sentence or two. */
export function verdict(works: Report['works'], { sampler, rates, budget }: Facts): string {
  const trial = rates.find(({ periodMs }) => periodMs === 1)
  const costs = trial === undefined ? '' : `; ${costOf(trial)}`
  if (works === 'native') return `The native sampler works${costs}.${budget === null ? '' : inBudget(budget)}`
  if (works === 'js') return `The JavaScript sampler works in place of the native one${costs}.`
  return `No sampler works: ${sampler.reason}.`
}

function costOf({ heldPercent, achievedHz, cpuPercent }: RateTrial): string {
  if (heldPercent >= 99) return `1 kHz costs ${percent(cpuPercent)} of one core here`
  return `asked for 1 kHz it reaches ${hertz(achievedHz)} here, for ${percent(cpuPercent)} of one core`
}

function inBudget({ maxOverheadPercent, periodMs, periodReason }: NonNullable<Report['budget']>): string {
  const budget = `the default budget of ${percent(maxOverheadPercent)}`
  if (periodReason === 'budget') return ` Within ${budget} it samples at ${hertz(1000 / periodMs)}.`
  return ` That is within ${budget}.`
}

import { countPrimes } from '../workload/cpu'

/**
 * A run that is given no time of its own ends within a minute of its start, on whatever machine: times are in ms since the
 * process was started. What is not finished by then is said to be so; it is lost to nobody, since Kafka has it still.
 */
export const minute = {
  /** How long a service may take to be ready. */
  readyMs: 40_000,
  /** When orders are waited for no longer. */
  ordersMs: 40_000,
  /** When services that have not ended are killed. */
  servicesMs: 46_000,
  /** When no more reports are written. */
  reportsMs: 57_000,
  /** How much time more instances and another phase take at the least. */
  phaseMs: 14_000,
  /** Less is none for orders. */
  leastMs: 3000,
} as const

/** How long to look at the machine, in ms. */
const lookMs = 300
const unit = 100_000
/** What that takes a thread that nothing keeps from running, on a virtual machine of 2026. */
const unitMs = 2.5
/** With half of a thread there is time enough for all of the work. */
const enough = 0.5

/** How much of the work this machine has time for, from 0.05 to 1: by how much of it a thread gets done now. */
export function scaleFor(share: number): number {
  return Math.min(1, Math.max(0.05, Math.round((100 * share) / enough) / 100))
}

/** What a thread of this process gets done now, as a share of what it would on a machine that does nothing else. */
export function shareOfThread(): number {
  const begin = performance.now()
  let units = 0
  do {
    countPrimes(unit)
    units++
  } while (performance.now() - begin < lookMs)
  return (units * unitMs) / (performance.now() - begin)
}

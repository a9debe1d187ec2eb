/** One number that a case measured. */
export interface Metric {
  metric: string
  value: number
  unit: string
}

/**
 * A benchmark. Each variant runs in a process of its own, several times; the variants of one case alternate, so that a
 * machine that grows slower does so for all of them.
 */
export interface Case {
  name: string
  /** What is compared, in a line. */
  title: string
  variants: readonly string[]
  /** The variant that all others are divided by, within each repeat. */
  baseline?: string
  repeats: number
  /** Why this machine cannot run a variant. */
  missing?(variant: string): string | undefined
  /** The Node.js that runs a variant. Default: this one. */
  node?(variant: string): string
  /** By how many µs each system call is made slower, as it is on other machines. Default: not at all. */
  slowSyscalls?: number
  run(variant: string): Promise<Metric[]>
}

export type Result = { case: string; variant: string } & Metric & {
    /** Every repeat; `value` is their median. */
    runs: number[]
  }

/** How much there is of what takes its time: a tenth where nobody looks at the numbers. */
export function amount(whole: number): number {
  return process.env.BENCH_SMOKE === undefined ? whole : Math.ceil(whole / 10)
}

/** The value that the given share (0..1) of the sorted values does not exceed. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5)
}

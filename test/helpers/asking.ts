import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import versions from '../libraries.json'
import { askFixture, packageRoot } from './child'

/** What `npm run libraries` fetches, by name: the versions. */
export const libraries: Readonly<Record<string, string>> = versions

/** Why there are no libraries here, as the end of a test's name; empty if there are. */
export const whyNoLibraries = existsSync(join(packageRoot, 'build/libraries/node_modules'))
  ? ''
  : ' (skipped: run `npm run libraries` first)'

/** Spans that asked at once over connections that somebody opened; all in ms. */
export interface Combination {
  opener: string
  connections: number
  /** How large the answers were, and the time of the span with those below it. */
  askers: { weight: number; ms: number }[]
  /** The time of those spans together, and of the client spans that an instrumentation made meanwhile. */
  creditedMs: number
  clientSpans: number
  /** What the thread ran while they asked. */
  askedMs: number
  /** Own time of the span that opened the connections. */
  openerMs: number
  /** Own time of all spans, null where that of one is not known. */
  spansMs: number | null
  /** What was nobody's, and what the thread ran, from before the opening until the end. */
  nobodyMs: number
  threadMs: number
}

export interface Asked {
  /** What an answer of weight 1, 2, 3 takes where nobody else asks. */
  alone: number[]
  combinations: Combination[]
}

/**
 * Garbage is collected while an answer fills the memory, often and a little at a time, so that each asker has its part of
 * that. Left to itself, V8 collects much of it in tasks of the event loop, which are nobody's.
 */
export const collectingWhereItIsFilled = [
  '--max-semi-space-size=2',
  '--no-minor-gc-task',
  '--no-incremental-marking-task',
]

export function ask(program: string, args: readonly string[], node?: string): Promise<Asked> {
  return askFixture(`shared-connections/${program}.cjs`, {
    node,
    nodeArgs: ['--expose-gc', ...collectingWhereItIsFilled],
    args,
    timeout: 200_000,
  })
}

export function isCredited({ creditedMs, askedMs }: Combination, percent: number): boolean {
  return creditedMs > (percent / 100) * askedMs && creditedMs < 1.01 * askedMs
}

export function expectCredited({ creditedMs, askedMs, openerMs }: Combination, percent: number): void {
  const words = `the askers had ${creditedMs} of ${askedMs} ms, the opener ${openerMs}`
  expect(creditedMs, words).toBeGreaterThan((percent / 100) * askedMs)
  expect(creditedMs, words).toBeLessThan(1.01 * askedMs)
}

export const isIdle = ({ askedMs, openerMs }: Combination) => openerMs < 0.05 * askedMs

export function expectIdle(combination: Combination): void {
  const { askedMs, openerMs } = combination
  expect(isIdle(combination), `the opener had ${openerMs} of ${askedMs} ms`).toBe(true)
}

export function expectConserved({ spansMs, nobodyMs, threadMs }: Combination): void {
  expect(Math.abs(spansMs! + nobodyMs - threadMs), `${spansMs} + ${nobodyMs} of ${threadMs} ms`).toBeLessThan(
    0.02 * threadMs,
  )
}

/**
 * How large a part of its share each of the askers has: of what the thread ran, by what its answers take alone. Over
 * several rounds of the same combination.
 */
export function partsOfShares(rounds: readonly Asked[]): number[] {
  const { askers } = rounds[0]!.combinations[0]!
  const ms = askers.map(() => 0)
  const shareMs = askers.map(() => 0)
  for (const { alone, combinations } of rounds) {
    const all = askers.reduce((sum, { weight }) => sum + alone[weight - 1]!, 0)
    for (const combination of combinations) {
      for (const [i, asker] of combination.askers.entries()) {
        ms[i]! += asker.ms
        shareMs[i]! += (alone[asker.weight - 1]! / all) * combination.askedMs
      }
    }
  }
  return ms.map((each, i) => each / shareMs[i]!)
}

export function areFair(parts: readonly number[]): boolean {
  return Math.min(...parts) > 0.8 && Math.max(...parts) < 1.2
}

export const patterns = ['3 of 10 ms', '0.3 of 1 ms', 'random'] as const
export type Pattern = (typeof patterns)[number]

/** How long to sleep and to work in turn, in ms, for the given time. */
export function burstPlan(pattern: Pattern, durationMs: number): Float64Array {
  const random = sequence(20_260)
  const step = (): [number, number] => {
    if (pattern === '3 of 10 ms') return [7, 3]
    if (pattern === '0.3 of 1 ms') return [0.7, 0.3]
    // From 0.1 to 10 ms each, as many short ones as long ones.
    return [0.1 * 100 ** random(), 0.1 * 100 ** random()]
  }
  const plan: number[] = []
  for (let time = 0; time < durationMs; ) {
    const [off, on] = step()
    plan.push(off, on)
    time += off + on
  }
  return Float64Array.from(plan)
}

/** Numbers in [0, 1), the same in each run. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

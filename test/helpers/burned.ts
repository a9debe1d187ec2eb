import { expect } from 'vitest'

/** What a span burned by the thread's own clock, and its own time by its attribute; in ms. */
interface Burned {
  truth: number
  self: number
}
type Spans = Record<string, Burned>

export const inWords = (name: string, { truth, self }: Burned) => `${name}: measured ${self} of ${truth} ms`

/**
 * `measure` says in words which spans have too much beside what they burned. How much that is depends on the machine (cold
 * code, a collection of garbage, a worker that starts beside busy neighbours): of three rounds one must be without it.
 */
export async function inOneOfThree(measure: () => Promise<string[]>): Promise<void> {
  for (let round = 1; ; round++) {
    const tooMuch = await measure()
    if (tooMuch.length === 0 || round === 3) return expect(tooMuch).toEqual([])
  }
}

/**
 * Nothing of what a span burned may be missing, in any round: what counts for the wrong one is missing from the right one.
 * Beside the burning there is what streams, sockets and requests take to do their work, which is the span's own as well.
 */
export async function expectAllOf(first: Spans, again: () => Promise<Spans>): Promise<void> {
  let spans: Spans | undefined = first
  await inOneOfThree(async () => {
    const all = Object.entries(spans ?? (await again())).map(([name, span]) => ({
      ...span,
      words: inWords(name, span),
    }))
    spans = undefined
    expect(all.length).toBeGreaterThan(0)
    for (const { self, truth, words } of all) expect(self, words).toBeGreaterThan(truth - Math.max(0.5, 0.02 * truth))
    return all.filter(({ self, truth }) => self >= truth + Math.max(6, 0.05 * truth)).map(({ words }) => words)
  })
}

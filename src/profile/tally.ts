import type { ProfilePiece } from './piece-profiler.js'
import { type FunctionName, functionOf } from './v8-profile.js'

/** How many samples found a function, and for how much CPU time they stand, in ms; see `weightsOf`. */
export interface Found {
  samples: number
  ms: number
}

/** In which functions the samples of a profile found the thread, by the owner for whom it worked. */
export class Tally {
  readonly functions: FunctionName[] = []
  /** By owner: by index of the function. */
  readonly #found = new Map<number, Map<number, Found>>()
  readonly #indices = new Map<string, number>()
  /** Samples of which it is not known whom the thread worked for. */
  lost = 0

  /** Without weights each sample stands for as much as any other. */
  add(
    { profile: { nodes, samples = [] }, owners }: Pick<ProfilePiece, 'profile' | 'owners'>,
    weights: Float64Array | undefined,
  ): void {
    for (const [from, to] of owners.given) this.#give(from, to)
    const indices = new Map(nodes.map((node) => [node.id, this.#indexOf(functionOf(node))]))
    for (const [i, id] of samples.entries()) {
      const owner = owners.at[i]!
      const index = indices.get(id)
      if (Number.isNaN(owner)) this.lost++
      else if (owner !== 0 && index !== undefined) add(this.#of(owner), index, { samples: 1, ms: weights?.[i] ?? 1 })
    }
  }

  /** By the index of each function. */
  of(owner: number): ReadonlyMap<number, Found> {
    return this.#found.get(owner) ?? new Map()
  }

  forget(owner: number): void {
    this.#found.delete(owner)
  }

  #give(from: number, to: number): void {
    const found = this.#found.get(from)
    this.#found.delete(from)
    if (found === undefined || to === 0) return
    for (const [index, each] of found) add(this.#of(to), index, each)
  }

  #of(owner: number): Map<number, Found> {
    const found = this.#found.get(owner) ?? new Map<number, Found>()
    this.#found.set(owner, found)
    return found
  }

  #indexOf(named: FunctionName): number {
    const key = `${named.name}\n${named.location}`
    const index = this.#indices.get(key) ?? this.functions.push(named) - 1
    this.#indices.set(key, index)
    return index
  }
}

function add(all: Map<number, Found>, index: number, { samples, ms }: Found): void {
  const before = all.get(index)
  all.set(index, { samples: samples + (before?.samples ?? 0), ms: ms + (before?.ms ?? 0) })
}

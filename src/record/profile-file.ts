import type { ProfilePiece } from '../profile/piece-profiler.js'
import type { V8Profile } from '../profile/v8-profile.js'

/** The files of a thread's CPU profile have names of this ending, in the order of time. */
export const profileEnding = '.cpuprofile'

/** What only we read of a `.cpuprofile` file: whom the thread worked for. Times as in the lines of the thread. */
export interface ProfileNote {
  startMs: number
  endMs: number
  periodMs: number
  /** Owners of the samples in their order, each with how many follow each other: owner, count, owner, count … */
  owners: (number | null)[]
  /** Owners of files before this one, each with the one who it turned out to be. */
  given: [number, number][]
  /** What it took of the thread to end the file before this one, in ms. */
  costMs: number
}

export interface ProfileFile extends V8Profile {
  spanmeter: ProfileNote
}

export function profileFile(piece: ProfilePiece, periodMs: number, costMs: number): ProfileFile {
  const { profile, owners, startMs, endMs } = piece
  return {
    ...profile,
    spanmeter: { startMs, endMs, periodMs, owners: runsOf(owners.at), given: owners.given, costMs },
  }
}

/** Not known is null. */
function runsOf(values: Float64Array): (number | null)[] {
  const runs: (number | null)[] = []
  for (let i = 0; i < values.length; ) {
    const value = values[i]!
    let end = i + 1
    while (end < values.length && Object.is(values[end], value)) end++
    runs.push(Number.isNaN(value) ? null : value, end - i)
    i = end
  }
  return runs
}

/** The reverse of what a file says of its owners. */
export function ownersIn({ owners }: ProfileNote, samples: number): Float64Array {
  const values = new Float64Array(samples).fill(Number.NaN)
  let at = 0
  for (let i = 0; i < owners.length; i += 2) {
    const end = at + (owners[i + 1] ?? 0)
    values.fill(owners[i] ?? Number.NaN, at, end)
    at = end
  }
  return values
}

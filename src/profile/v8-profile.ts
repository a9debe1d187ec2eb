/** A CPU profile of V8, as a `.cpuprofile` file holds it. Times are in µs of CLOCK_MONOTONIC. */
export interface V8Profile {
  nodes: V8Node[]
  startTime: number
  endTime: number
  /** The node that ran at each sample. */
  samples?: number[]
  /** Of each sample, the time since the one before it, or since the start. */
  timeDeltas?: number[]
}

export interface V8Node {
  id: number
  callFrame: V8Frame
}

/** Lines count from 0. */
interface V8Frame {
  functionName: string
  url: string
  lineNumber: number
}

/** What a function is called, and where it is: empty where it is nowhere, as native code. */
export interface FunctionName {
  name: string
  location: string
}

export function functionOf({ callFrame: { functionName, url, lineNumber } }: V8Node): FunctionName {
  const file = url.replace(/^file:\/\//, '')
  return { name: functionName || '(anonymous)', location: file === '' ? '' : `${file}:${lineNumber + 1}` }
}

/** When each sample was taken. None is before the one before it. */
export function momentsOf({ startTime, timeDeltas = [] }: V8Profile): Float64Array {
  const moments = new Float64Array(timeDeltas.length)
  let time = startTime
  for (const [i, delta] of timeDeltas.entries()) {
    time += delta
    moments[i] = Math.max(time, moments[i - 1] ?? 0)
  }
  return moments
}

/** The same without the samples of the profile before, which ended when this one had begun. */
export function withoutSamplesBefore(profile: V8Profile, time: number): V8Profile {
  const { startTime, samples = [], timeDeltas = [] } = profile
  const moments = momentsOf(profile)
  const first = moments.findIndex((moment) => moment > time)
  const from = first < 0 ? samples.length : first
  if (from === 0) return profile
  const deltas = timeDeltas.slice(from)
  if (deltas.length > 0) deltas[0] = moments[from]! - startTime
  return { ...profile, samples: samples.slice(from), timeDeltas: deltas }
}

import type { ThreadTime } from './thread-time.js'

/**
 * CPU time in ms for which each sample of a profile stands: what the thread used since the one before it, a period at
 * most. V8 samples by the clock, also a thread that is blocked in the kernel, of which nothing counts here. Where its
 * sampler itself came late, on a busy machine, the sample says nothing of the time before. Undefined where nothing is known
 * of the CPU of the thread.
 */
export function weightsOf(
  { timesMs, startMs, periodMs }: { timesMs: Float64Array; startMs: number; periodMs: number },
  thread: ThreadTime | undefined,
): Float64Array | undefined {
  if (thread === undefined || !(thread.endMs > startMs) || Number.isNaN(thread.totalMs)) return undefined
  const { endMs } = thread
  return timesMs.map((timeMs, i) => {
    const before = i === 0 ? startMs : timesMs[i - 1]!
    // What is younger than the last of the thread's own samples ran in all likelihood.
    const younger = Math.max(0, timeMs - Math.max(before, endMs))
    return Math.min(periodMs, thread.between(Math.min(before, endMs), Math.min(timeMs, endMs)) + younger)
  })
}

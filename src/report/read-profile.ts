import { Tally } from '../profile/tally.js'
import type { ThreadTime } from '../profile/thread-time.js'
import { momentsOf } from '../profile/v8-profile.js'
import { weightsOf } from '../profile/weights.js'
import { isProfileFile } from '../record/check.js'
import type { RecordedSpan } from '../record/lines.js'
import { ownersIn, type ProfileFile, type ProfileNote, profileEnding } from '../record/profile-file.js'
import type { ReportProfile } from './data.js'
import { filesIn, textOf } from './regular-files.js'

/**
 * The CPU profile in the folder of a thread. `spans`: in the order of the report; `thread`: its CPU, in the time of the
 * report. Undefined where there is no profile.
 */
export function readProfile(
  folder: string,
  spans: readonly RecordedSpan[],
  thread: ThreadTime,
  offsetMs: number,
): ReportProfile | undefined {
  const names = filesIn(folder, profileEnding)
  const tally = new Tally()
  const notes: ProfileNote[] = []
  let count = 0
  // One after the other: together they may be more than fits into memory.
  for (const name of names) {
    const file = readFile(folder, name)
    if (file === undefined) continue
    const { spanmeter, ...profile } = file
    const at = ownersIn(spanmeter, profile.samples?.length ?? 0)
    const startMs = spanmeter.startMs + offsetMs
    const timesMs = momentsOf(profile).map((moment) => startMs + (moment - profile.startTime) / 1000)
    const weights = weightsOf({ timesMs, startMs, periodMs: spanmeter.periodMs }, thread)
    tally.add({ profile, owners: { at, given: spanmeter.given } }, weights)
    notes.push({ ...spanmeter, owners: [] })
    count += at.length
  }
  const [first] = notes
  if (first === undefined) return undefined
  return {
    periodMs: first.periodMs,
    startMs: first.startMs + offsetMs,
    endMs: notes.at(-1)!.endMs + offsetMs,
    samples: count,
    lost: tally.lost,
    costMs: notes.reduce((sum, { costMs }) => sum + costMs, 0),
    removed: Number.parseInt(names[0]!.replace(/\D/g, ''), 10) - 1,
    functions: tally.functions,
    found: foundIn(tally, spans),
  }
}

/** Of a file that is cut off, or is none of ours, there is nothing. */
function readFile(folder: string, name: string): ProfileFile | undefined {
  try {
    const file: unknown = JSON.parse(textOf(folder, name))
    return isProfileFile(file) ? file : undefined
  } catch {
    return undefined
  }
}

function foundIn(tally: Tally, spans: readonly RecordedSpan[]): ReportProfile['found'] {
  const rows = spans.flatMap(({ owner }, span) =>
    owner === undefined
      ? []
      : Array.from(tally.of(owner), ([index, { samples, ms }]) => [span, index, samples, ms] as const),
  )
  const column = (at: 0 | 1 | 2) => Uint32Array.from(rows, (row) => row[at])
  const cpuMs = Float32Array.from(rows, ([, , , ms]) => ms)
  return { span: column(0), function: column(1), samples: column(2), cpuMs }
}

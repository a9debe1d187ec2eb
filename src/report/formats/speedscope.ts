import type { ReportData, ReportProcess } from '../data.js'
import { type Lanes, lanesOf } from './lanes.js'

/** A stack opens or closes a frame at a time. */
interface StackEvent {
  type: 'O' | 'C'
  frame: number
  at: number
}

/**
 * As speedscope's own format: a profile for each lane of spans, so that equal spans are one frame. Its import of a Chrome trace
 * makes a frame of each, because their arguments differ.
 */
export function speedscope({ processes, program }: ReportData): string {
  const frames = [...new Set(processes.flatMap(({ spans }) => spans.names))]
  const indices = new Map(frames.map((name, i) => [name, i]))
  const file = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: program.command.join(' '),
    exporter: 'spanmeter',
    activeProfileIndex: 0,
    shared: { frames: frames.map((name) => ({ name })) },
    profiles: processes.flatMap((process) => profilesOf(process, indices)),
  }
  return `${JSON.stringify(file)}\n`
}

function profilesOf({ name, spans }: ReportProcess, frames: ReadonlyMap<string, number>): object[] {
  const lanes = lanesOf(spans)
  const inLane = Array.from({ length: lanes.count }, (): number[] => [])
  for (const [i, lane] of lanes.lane.entries()) inLane[lane]!.push(i)
  return inLane.map((indices, lane) => {
    const frameOf = (i: number) => frames.get(spans.names[spans.name[i]!]!)!
    return {
      type: 'evented',
      name: lanes.count === 1 ? name : `${name}, lane ${lane + 1}`,
      unit: 'microseconds',
      startValue: 0,
      endValue: indices.reduce((latest, i) => Math.max(latest, lanes.end[i]!), 0),
      events: stackEvents(indices, lanes, frameOf),
    }
  })
}

/** Spans that only nest, in the order in which they began. */
function stackEvents(indices: readonly number[], { start, end }: Lanes, frameOf: (i: number) => number): StackEvent[] {
  const events: StackEvent[] = []
  const open: number[] = []
  const closeUntil = (us: number) => {
    while (open.length > 0 && end[open.at(-1)!]! <= us) {
      const i = open.pop()!
      events.push({ type: 'C', frame: frameOf(i), at: end[i]! })
    }
  }
  for (const i of indices) {
    closeUntil(start[i]!)
    events.push({ type: 'O', frame: frameOf(i), at: start[i]! })
    open.push(i)
  }
  closeUntil(Number.POSITIVE_INFINITY)
  return events
}

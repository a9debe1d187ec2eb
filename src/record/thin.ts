import { decodeColumn, encodeColumn } from './columns.js'
import type { Extremes, Line, RecordedSpan, SamplesLine, SpansLine, StepsLine } from './lines.js'

/** How many samples become one. */
const samplesToOne = 16
const stepsToOne = 4

/**
 * What a line says in less room: of samples their means and extremes, of steps their means and the highest, of spans of a name the
 * longest and the one that ran most itself, of open ones nothing. Pauses stay as they are.
 */
export function thin(line: Line): Line {
  if (line.kind === 'samples') return thinSamples(line)
  if (line.kind === 'wait' || line.kind === 'throttled') return thinSteps(line)
  if (line.kind === 'spans') return thinSpans(line)
  // That they ended may be among what is dropped.
  return line.kind === 'open' ? { ...line, spans: [] } : line
}

function thinSamples(line: SamplesLine): SamplesLine {
  const time = decodeColumn(line.time)
  const ends = groups(time.length, samplesToOne)
  const fold = (series: Extremes): Extremes => {
    const avg = decodeColumn(series.avg)
    const min = series.min === undefined ? avg : decodeColumn(series.min)
    const max = series.max === undefined ? avg : decodeColumn(series.max)
    return {
      avg: folded(ends, (from, to) => mean(time, avg, from, to)),
      min: folded(ends, (from, to) => lowest(min, from, to)),
      max: folded(ends, (from, to) => highest(max, from, to)),
    }
  }
  const thinned: SamplesLine = { ...line, time: folded(ends, (_, to) => time[to - 1]!), cpu: fold(line.cpu) }
  if (line.thread !== undefined) thinned.thread = fold(line.thread)
  if (line.memory !== undefined) thinned.memory = thinMemory(line.memory)
  return thinned
}

/** The lowest and the highest of a group, in their order. */
function thinMemory(memory: NonNullable<SamplesLine['memory']>): NonNullable<SamplesLine['memory']> {
  const time = decodeColumn(memory.time)
  const kilobytes = decodeColumn(memory.kilobytes)
  const kept = new Set<number>()
  let from = 0
  for (const to of groups(time.length, 2 * samplesToOne)) {
    const group = kilobytes.subarray(from, to)
    kept.add(from + group.indexOf(lowest(kilobytes, from, to)))
    kept.add(from + group.indexOf(highest(kilobytes, from, to)))
    from = to
  }
  const indices = [...kept].sort((a, b) => a - b)
  const pick = (values: Float32Array) => encodeColumn(Float32Array.from(indices, (i) => values[i]!))
  return { time: pick(time), kilobytes: pick(kilobytes) }
}

function thinSteps(line: StepsLine): StepsLine {
  const percent = decodeColumn(line.percent)
  const toOne = Math.max(1, Math.min(stepsToOne, percent.length))
  const means = line.mean === undefined ? percent : decodeColumn(line.mean)
  const ends = groups(percent.length, toOne)
  return {
    ...line,
    stepMs: line.stepMs * toOne,
    percent: folded(ends, (from, to) => highest(percent, from, to)),
    mean: folded(ends, (from, to) => meanOfKnown(means.subarray(from, to))),
  }
}

function thinSpans(line: SpansLine): SpansLine {
  const longest = new Map<string, RecordedSpan>()
  const dearest = new Map<string, RecordedSpan>()
  for (const span of line.spans) {
    if (span.durationMs > (longest.get(span.name)?.durationMs ?? -1)) longest.set(span.name, span)
    if ((span.selfMs ?? 0) > (dearest.get(span.name)?.selfMs ?? -1)) dearest.set(span.name, span)
  }
  const spans = [...new Set([...longest.values(), ...dearest.values()])]
  return { ...line, spans, before: line.before ?? line.spans.length }
}

/** Where each group ends. */
function groups(length: number, size: number): number[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => Math.min(length, (i + 1) * size))
}

function folded(ends: readonly number[], fold: (from: number, to: number) => number): string {
  return encodeColumn(Float32Array.from(ends, (to, i) => fold(i === 0 ? 0 : ends[i - 1]!, to)))
}

/** Each value stands for the time since the one before it. */
function mean(time: Float32Array, values: Float32Array, from: number, to: number): number {
  let sum = 0
  let duration = 0
  for (let i = from; i < to; i++) {
    const ms = time[i]! - (i === 0 ? 0 : time[i - 1]!)
    sum += ms * values[i]!
    duration += ms
  }
  return duration > 0 ? sum / duration : values[from]!
}

function meanOfKnown(values: Float32Array): number {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Of those that are known. */
function lowest(values: Float32Array, from: number, to: number): number {
  return values
    .subarray(from, to)
    .reduce((least, value) => (Number.isNaN(value) || value >= least ? least : value), Number.NaN)
}

function highest(values: Float32Array, from: number, to: number): number {
  return values
    .subarray(from, to)
    .reduce((most, value) => (Number.isNaN(value) || value <= most ? most : value), Number.NaN)
}

import type { Header, Line, RecordedSpan } from './lines.js'
import { recordingFormat } from './lines.js'
import type { ProfileFile } from './profile-file.js'
import type { RunFile } from './run-files.js'
import { fields, isFigure, isNumber, isObject, isText, isTime, listOf, mapOf, optional, type Shape } from './shape.js'

const extremes = fields({ avg: isText, min: optional(isText), max: optional(isText) })
const steps = fields({ startMs: isTime, stepMs: isTime, percent: isText, mean: optional(isText) })
const pauses = fields({ start: listOf(isTime), duration: listOf(isNumber), types: optional(listOf(isText)) })

const span = fields({
  ...{ name: isText, traceId: isText, spanId: isText, parentSpanId: (value) => value == null || isText(value) },
  ...{ startMs: isTime, durationMs: isTime, flags: isNumber },
  ...{ selfMs: isFigure, othersMs: isFigure, waitMs: isFigure, cpuMs: isFigure, memoryMax: isFigure, owner: isFigure },
  attributes: (value) => value == null || isObject(value),
})

const shapes: Readonly<Record<Line['kind'], Shape>> = {
  samples: fields({
    ...{ startMs: isTime, time: isText, cpu: extremes, thread: optional(extremes) },
    memory: optional(fields({ time: isText, kilobytes: isText })),
  }),
  wait: steps,
  throttled: steps,
  gc: pauses,
  blocks: pauses,
  spans: fields({ spans: Array.isArray, before: isFigure }),
  open: fields({ spans: Array.isArray }),
  health: fields({
    ...{ atMs: isTime, wantedPeriodMs: isNumber, periodMs: isNumber, maxGapMs: isNumber, coverage: isFigure },
    ...{ samples: isNumber, missedTicks: mapOf(isNumber), periodReason: isText, backendReason: optional(isText) },
    ...{ backend: (value) => value === 'native' || value === 'js', cpuLimit: isFigure, memoryLimit: isFigure },
  }),
  // A program can exit with the digits of a number.
  end: fields({ atMs: isTime, why: isText, code: (value) => isFigure(value) || isText(value) }),
}

/** A line as it was written, without spans that are none; undefined for anything else. */
export function lineIn(value: unknown): Line | undefined {
  if (!isObject(value) || !Object.hasOwn(shapes, String(value.kind))) return undefined
  const line = value as unknown as Line
  if (!shapes[line.kind](line)) return undefined
  return line.kind === 'spans' || line.kind === 'open' ? { ...line, spans: line.spans.filter(isSpan) } : line
}

export function isSpan(value: unknown): value is RecordedSpan {
  return span(value)
}

const header = fields({
  ...{ pid: isNumber, threadId: isNumber, command: listOf(isText), node: isText, timeOrigin: isTime, startMs: isTime },
  machine: fields({ model: isText, cores: isNumber, memoryBytes: isNumber, kernel: isText }),
})

export function isHeader(value: unknown): value is Header {
  return isObject(value) && value.format === recordingFormat && header(value)
}

const run = fields({
  command: listOf(isText),
  end: optional(fields({ code: isFigure, signal: optional(isText), why: optional(isText) })),
})

export function isRunFile(value: unknown): value is RunFile {
  return run(value)
}

const frame = fields({ functionName: isText, url: isText, lineNumber: isNumber })
const profile = fields({
  nodes: listOf(fields({ id: isNumber, callFrame: frame })),
  ...{ startTime: isNumber, samples: optional(listOf(isNumber)), timeDeltas: optional(listOf(isNumber)) },
  spanmeter: fields({
    ...{ startMs: isTime, endMs: isTime, periodMs: isNumber, costMs: isNumber },
    owners: listOf((value) => value === null || isNumber(value)),
    given: listOf((value) => listOf(isNumber)(value) && (value as unknown[]).length === 2),
  }),
})

export function isProfileFile(value: unknown): value is ProfileFile {
  return profile(value)
}

import type { Source } from './health.js'
import type { MeasureOptions, MonitorOptions } from './types.js'

const backends = ['auto', 'native', 'js'] as const
const idleModes = ['park', 'sample'] as const
const sourceNames = ['memory', 'faults', 'schedstat', 'io', 'network', 'cgroup'] as const satisfies readonly Source[]
const optionNames = [
  'periodMs',
  'historyMs',
  'maxOverheadPercent',
  'maxSpanOverheadPercent',
  'whenIdle',
  'sources',
  'backend',
  'attribution',
] as const satisfies readonly (keyof MonitorOptions)[]

const minPeriodMs = 0.05
const maxPeriodMs = 60_000
/** Full-resolution history of one process, in samples: about 300 MB at a period of 1 ms. */
const maxSamples = 2 ** 22 - 2

/** Options that are complete and within their limits. */
export type CheckedOptions = Readonly<Required<MonitorOptions>>

/** Fills in the defaults. Throws a `TypeError` or `RangeError` that names the option, what it got and what it expects. */
export function checkOptions(given: MonitorOptions = {}): CheckedOptions {
  const options = known(given, optionNames)
  const periodMs = number('periodMs', options.periodMs ?? 1, minPeriodMs, maxPeriodMs)
  return {
    periodMs,
    historyMs: historyOf('historyMs', options.historyMs ?? Math.max(30_000, periodMs), periodMs),
    maxOverheadPercent: number('maxOverheadPercent', options.maxOverheadPercent ?? 1, 0, 100),
    maxSpanOverheadPercent: number('maxSpanOverheadPercent', options.maxSpanOverheadPercent ?? 1, 0, 100),
    whenIdle: oneOf('whenIdle', options.whenIdle ?? 'park', idleModes),
    sources: sources(options.sources ?? sourceNames),
    backend: oneOf('backend', options.backend ?? 'auto', backends),
    attribution: boolean('attribution', options.attribution ?? true),
  }
}

/** The same for one measurement. */
export function checkMeasureOptions(options: MeasureOptions): Required<MeasureOptions> {
  return { profile: boolean('profile', known(options, ['profile']).profile ?? false) }
}

/** The length of a history: room for one sample at least, and for no more than a process can hold. */
export function historyOf(name: string, value: unknown, periodMs: number): number {
  return number(name, value, periodMs, periodMs * maxSamples)
}

/**
 * The options that are the object's own: what others have put on Object.prototype is none. Throws a `TypeError` if one of
 * them has an unknown name.
 */
export function known<T extends object>(options: T, names: readonly string[]): T {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${show(options)}`)
  }
  for (const name of Object.keys(options)) oneOf('option', name, names)
  return Object.assign(Object.create(null), options)
}

/** A finite number between `low` and `high`. */
export function number(name: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(`${name} must be a number, got ${show(value)}`)
  }
  if (value < low || value > high) {
    throw new RangeError(`${name} must be between ${low} and ${high}, got ${value}`)
  }
  return value
}

export function wholeNumber(name: string, value: unknown, low: number, high: number): number {
  if (!Number.isInteger(value)) throw new TypeError(`${name} must be a whole number, got ${show(value)}`)
  return number(name, value, low, high)
}

export function boolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be a boolean, got ${show(value)}`)
  return value
}

export function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T
  throw new TypeError(`${name} must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}, got ${show(value)}`)
}

function sources(value: unknown): readonly Source[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`sources must be an array of source names, got ${show(value)}`)
  }
  return value.map((name) => oneOf('sources', name, sourceNames))
}

/** A value, as text for an error message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value.length > 40 ? `${value.slice(0, 40)}…` : value)}'`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  if (typeof value === 'function') return 'a function'
  return String(value)
}

/** Without control characters, which would reach the terminal, or begin a line of a log. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?')
}

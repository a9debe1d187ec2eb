import { number, oneOf, show } from '../../options.js'
import { builtInMetrics } from '../metrics.js'
import type { Path, Problems } from '../problems.js'
import type { AlertRule, Condition, Severity } from '../types.js'

/** A rule that is complete. */
export type CheckedRule = Readonly<Required<AlertRule>>

export const conditions = ['greater_than', 'less_than', 'equals'] as const satisfies readonly Condition[]
export const severities = ['info', 'warning', 'critical'] as const satisfies readonly Severity[]
export const ruleNames = [
  'name',
  'metric',
  'condition',
  'threshold',
  'clearThreshold',
  'forMs',
  'keepFiringForMs',
  'averageMs',
  'severity',
  'cooldownMs',
  'labels',
  'annotations',
] as const satisfies readonly (keyof AlertRule)[]

/** A day. */
export const maxMs = 86_400_000
const [low, high] = [-Number.MAX_VALUE, Number.MAX_VALUE]
const milliseconds = (name: string, value: unknown) => number(name, value, 0, maxMs)
const anyNumber = (name: string, value: unknown) => number(name, value, low, high)

/** Fills in the defaults; `own` are metrics of the application. Undefined where something is wrong. */
export function checkRule(
  given: unknown,
  own: ReadonlySet<string>,
  problems: Problems,
  at: Path = [],
): CheckedRule | undefined {
  const before = problems.list.length
  const value = problems.fields(at, given, ruleNames)
  if (value === undefined) return undefined
  const known = [...builtInMetrics, ...own]
  const name = problems.at([...at, 'name'], (label) => text(label, value.name))
  const metric = problems.at([...at, 'metric'], (label) => oneOf(label, value.metric, known))
  const condition = problems.at([...at, 'condition'], (label) => oneOf(label, value.condition, conditions))
  const threshold = problems.at([...at, 'threshold'], (label) => anyNumber(label, value.threshold))
  const clearThreshold = problems.optional([...at, 'clearThreshold'], value.clearThreshold, (label, clear) =>
    clearing(label, anyNumber(label, clear), condition, threshold),
  )
  const forMs = problems.optional([...at, 'forMs'], value.forMs, milliseconds) ?? 0
  const averageMs = problems.optional([...at, 'averageMs'], value.averageMs, averaging)
  const checked = {
    keepFiringForMs: problems.optional([...at, 'keepFiringForMs'], value.keepFiringForMs, milliseconds) ?? 0,
    severity: problems.optional([...at, 'severity'], value.severity, (label, severity) =>
      oneOf(label, severity, severities),
    ),
    cooldownMs: problems.optional([...at, 'cooldownMs'], value.cooldownMs, milliseconds) ?? 300_000,
    labels: checkTexts(value.labels, problems, [...at, 'labels'], /^[a-zA-Z_]\w*$/),
    annotations: checkTexts(value.annotations, problems, [...at, 'annotations'], /^[a-zA-Z_]\w*$/),
  }
  if (problems.list.length > before) return undefined
  return {
    ...checked,
    name: name!,
    metric: metric!,
    condition: condition!,
    threshold: threshold!,
    severity: checked.severity ?? 'warning',
    clearThreshold: clearThreshold ?? threshold!,
    forMs,
    averageMs: averageMs ?? Math.min(1000, forMs / 10),
  }
}

/** A string that is not empty. */
export function text(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new TypeError(`${name} must be a string that is not empty, got ${show(value)}`)
}

/** An object of strings whose names match. */
export function checkTexts(value: unknown, problems: Problems, at: Path, names: RegExp): Record<string, string> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.at(at, (label) => {
      throw new TypeError(`${label} must be an object of strings, got ${show(value)}`)
    })
    return {}
  }
  for (const [key, content] of Object.entries(value)) {
    problems.at([...at, key], (label) => {
      if (!names.test(key)) throw new TypeError(`${label} must have a name of letters, digits and _, got ${show(key)}`)
      if (typeof content !== 'string') throw new TypeError(`${label} must be a string, got ${show(content)}`)
    })
  }
  return { ...(value as Record<string, string>) }
}

/** Shorter averages than the sampler's are samples. */
function averaging(name: string, value: unknown): number {
  return value === 0 ? 0 : number(name, value, 10, 60_000)
}

function clearing(
  name: string,
  value: number,
  condition: Condition | undefined,
  threshold: number | undefined,
): number {
  if (condition === undefined || threshold === undefined) return value
  if (condition === 'equals') throw new RangeError(`${name} must be left out where condition is 'equals', got ${value}`)
  const fits = condition === 'greater_than' ? value <= threshold : value >= threshold
  if (fits) return value
  const side = condition === 'greater_than' ? 'above' : 'below'
  throw new RangeError(`${name} must not be ${side} threshold (${threshold}), got ${value}`)
}

import { hostname } from 'node:os'
import { Monitor } from '../monitor.js'
import { number, show } from '../options.js'
import type { Sampling } from '../own-monitor.js'
import { type CheckedChannel, checkChannel } from './delivery/check-channel.js'
import { builtInMetrics } from './metrics.js'
import { type Path, Problems } from './problems.js'
import { type CheckedRule, checkRule, checkTexts, text } from './rules/rule-options.js'
import type { AlertFunction, AlertsOptions } from './types.js'

export interface CheckedAlerts {
  readonly monitor: Monitor | undefined
  /** What was configured for a monitor that is not given. */
  readonly sampling?: Sampling
  readonly rules: readonly CheckedRule[]
  readonly channels: readonly (AlertFunction | CheckedChannel)[]
  readonly functions: ReadonlyMap<string, () => number | undefined>
  readonly fed: ReadonlySet<string>
  readonly labels: Readonly<Record<string, string>>
  readonly intervalMs: number
}

export const optionNames = ['monitor', 'rules', 'channels', 'metrics', 'fed', 'labels', 'intervalMs'] as const
/** What a file can have. */
export const fileNames = ['$schema', 'rules', 'channels', 'fed', 'labels', 'intervalMs'] as const

/** Throws a `TypeError` or `RangeError` that names the option, what it got and what it expects. */
export function checkAlertsOptions(options: AlertsOptions): CheckedAlerts {
  const problems = new Problems()
  const checked = checkAlerts(options, optionNames, problems)
  problems.throwFirst()
  return checked!
}

/** Fills in the defaults. Undefined where something is wrong. */
export function checkAlerts(given: unknown, names: readonly string[], problems: Problems): CheckedAlerts | undefined {
  const options = problems.fields([], given, names)
  if (options === undefined) return undefined
  const functions = functionsIn(options.metrics, problems)
  const fed = new Set(listIn(options.fed, ['fed'], problems).flatMap((name, i) => fedName(name, ['fed', i], problems)))
  const own = new Set([...functions.keys(), ...fed])
  const channels = listIn(options.channels, ['channels'], problems).map((channel, i) =>
    typeof channel === 'function' ? (channel as AlertFunction) : checkChannel(channel, problems, ['channels', i]),
  )
  const rules = listIn(options.rules, ['rules'], problems).map((rule, i) =>
    checkRule(rule, own, problems, ['rules', i]),
  )
  refuseTwice(rules, problems)
  const labels = checkTexts(options.labels, problems, ['labels'], /^[a-zA-Z_]\w*$/)
  const intervalMs = problems.optional(['intervalMs'], options.intervalMs, (name, value) =>
    number(name, value, 50, 60_000),
  )
  const monitor = problems.optional(['monitor'], options.monitor, ofThisPackage)
  if (problems.list.length > 0) return undefined
  return {
    monitor,
    channels: channels.filter((channel) => channel !== undefined),
    rules: rules.filter((rule) => rule !== undefined),
    ...{ functions, fed, intervalMs: intervalMs ?? 1000 },
    labels: { instance: `${hostname()}:${process.pid}`, ...labels },
  }
}

function ofThisPackage(name: string, value: unknown): Monitor {
  if (value instanceof Monitor) return value
  throw new TypeError(`${name} must come from createMonitor(), got ${show(value)}`)
}

function listIn(value: unknown, path: Path, problems: Problems): readonly unknown[] {
  const list = problems.optional(path, value, (name) => {
    if (Array.isArray(value)) return value
    throw new TypeError(`${name} must be an array, got ${show(value)}`)
  })
  return list ?? []
}

function fedName(value: unknown, path: Path, problems: Problems): string[] {
  const name = problems.at(path, (label) => notBuiltIn(label, text(label, value)))
  return name === undefined ? [] : [name]
}

function functionsIn(value: unknown, problems: Problems): Map<string, () => number | undefined> {
  const functions = new Map<string, () => number | undefined>()
  if (value === undefined) return functions
  const given = problems.fields(['metrics'], value, Object.keys(Object(value)))
  for (const [key, read] of Object.entries(given ?? {})) {
    problems.at(['metrics', key], (name) => {
      notBuiltIn(name, key)
      if (typeof read !== 'function') throw new TypeError(`${name} must be a function, got ${show(read)}`)
      functions.set(key, read as () => number | undefined)
    })
  }
  return functions
}

function notBuiltIn(name: string, metric: string): string {
  if (!(builtInMetrics as readonly string[]).includes(metric)) return metric
  throw new TypeError(`${name} must be another name than those that are built in, got ${show(metric)}`)
}

function refuseTwice(rules: readonly (CheckedRule | undefined)[], problems: Problems): void {
  const known = new Set<string>()
  rules.forEach((rule, i) => {
    if (rule === undefined) return
    if (known.has(rule.name)) {
      problems.at(['rules', i, 'name'], (name) => {
        throw new TypeError(`${name} must be another than that of the rules before it, got ${show(rule.name)}`)
      })
    }
    known.add(rule.name)
  })
}

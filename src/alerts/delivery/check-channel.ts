import { readFileSync } from 'node:fs'
import { number, oneOf, show, wholeNumber } from '../../options.js'
import type { Path, Problems } from '../problems.js'
import { checkTexts, maxMs, text } from '../rules/rule-options.js'
import type { ChannelOptions } from './channel-options.js'

export interface CheckedDelivery {
  readonly queueSize: number
  readonly maxPerHour: number
  readonly timeoutMs: number
  readonly retryForMs: number
}

/** A channel that is complete. Its secrets are read when they are needed: they may change while the process runs. */
export interface CheckedChannel extends CheckedDelivery {
  readonly type: ChannelOptions['type']
  readonly headers: Readonly<Record<string, string>>
  readonly repeatMs: number
  readonly holdMs: number
  /** Throws an error that names no secret. */
  readonly url: () => string
  readonly routingKey: () => string
}

const delivery = ['queueSize', 'maxPerHour', 'timeoutMs', 'retryForMs']
export const channelTypes = ['webhook', 'alertmanager', 'slack', 'pagerduty'] as const
/** The options of each type, beside those of all. */
export const channelNames: Readonly<Record<ChannelOptions['type'], readonly string[]>> = {
  webhook: ['url', 'urlFile', 'headers'],
  alertmanager: ['url', 'urlFile', 'headers', 'repeatMs', 'holdMs'],
  slack: ['url', 'urlFile'],
  pagerduty: ['routingKey', 'routingKeyFile', 'url'],
}
const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue'

/** Fills in the defaults. Undefined where something is wrong. */
export function checkChannel(given: unknown, problems: Problems, at: Path): CheckedChannel | undefined {
  const before = problems.list.length
  const type = problems.at([...at, 'type'], (name) => oneOf(name, typeOf(given), channelTypes))
  const value = type && problems.fields(at, given, ['type', ...channelNames[type], ...delivery])
  if (type === undefined || value === undefined) return undefined
  const optional = (key: string, fallback: number, low: number, high: number, check = number) =>
    problems.optional([...at, key], value[key], (name, option) => check(name, option, low, high)) ?? fallback
  const isPagerDuty = type === 'pagerduty'
  const channel = {
    type,
    queueSize: optional('queueSize', 100, 1, 10_000, wholeNumber),
    maxPerHour: optional('maxPerHour', 20, 0, 1e6, wholeNumber),
    timeoutMs: optional('timeoutMs', 10_000, 1, 600_000),
    retryForMs: optional('retryForMs', maxMs, 0, 7 * maxMs),
    repeatMs: optional('repeatMs', 60_000, 100, 3_600_000),
    holdMs: optional('holdMs', 60_000, 0, 3_600_000),
    headers: checkTexts(value.headers, problems, [...at, 'headers'], /^[\w-]+$/),
    url:
      isPagerDuty && value.url === undefined
        ? () => pagerDutyUrl
        : secret(value, 'url', isPagerDuty ? undefined : 'urlFile', httpUrl, problems, at),
    routingKey: isPagerDuty ? secret(value, 'routingKey', 'routingKeyFile', text, problems, at) : () => '',
  }
  return problems.list.length > before ? undefined : channel
}

function typeOf(channel: unknown): unknown {
  return Object.hasOwn(Object(channel), 'type') ? (channel as ChannelOptions).type : undefined
}

/** Something secret, which is given itself or in a file. No error contains it. */
function secret(
  value: Record<string, unknown>,
  key: string,
  fileKey: string | undefined,
  check: (name: string, value: unknown) => string,
  problems: Problems,
  at: Path,
): () => string {
  const given = value[key]
  const file = fileKey === undefined ? undefined : value[fileKey]
  const which = fileKey === undefined ? key : `${key} or ${fileKey}`
  const read = (name: string) => hiding(name, file === undefined ? given : contentOf(name, file), check)
  const path = [...at, file === undefined ? key : fileKey!]
  problems.at(path, (name) => {
    if (given !== undefined && file !== undefined) throw new TypeError(`${name} must be the only one of ${which}`)
    if (given === undefined && file === undefined)
      throw new TypeError(`${name}: one of ${which} is needed, got neither`)
    read(name)
  })
  return () => read(file === undefined ? key : fileKey!)
}

function contentOf(name: string, file: unknown): string {
  try {
    return readFileSync(text(name, file), 'utf8').trim()
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    throw new TypeError(`${name} must be a file that can be read, got ${show(file)}: ${why}`)
  }
}

function hiding(name: string, value: unknown, check: (name: string, value: unknown) => string): string {
  if (typeof value !== 'string') return check(name, value)
  try {
    return check(name, value)
  } catch {
    const expected = check === httpUrl ? 'a URL of http or https' : 'a string that is not empty'
    throw new TypeError(`${name} must be ${expected}, got a string of ${value.length} characters, which is not shown`)
  }
}

function httpUrl(name: string, value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href
  throw new TypeError(
    `${name} must be a URL of http or https, got ${typeof value === 'string' ? 'another' : show(value)}`,
  )
}

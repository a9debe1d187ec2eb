import { historyOf, number, oneOf, show, wholeNumber } from '../options.js'
import type { ResourceSpanProcessorOptions } from '../otel/options.js'
import type { PrometheusEndpointOptions } from '../prometheus/endpoint-options.js'
import type { RecordingOptions } from '../record/options.js'
import { snapshotSignals } from '../record/signals.js'
import type { MonitorOptions } from '../types.js'
import { readEndpoint } from './endpoint.js'

export type Variables = Readonly<Record<string, string | undefined>>

/** What the environment asks for. Options that it does not mention keep their defaults. */
export interface Configuration {
  enabled: boolean
  monitor: MonitorOptions
  processor: ResourceSpanProcessorOptions
  /** Undefined: no recording. */
  recording: RecordingOptions | undefined
  /** The file of rules and channels. Undefined: no alerts. */
  alertsFile: string | undefined
  /** Undefined: no endpoint for Prometheus. */
  endpoint: PrometheusEndpointOptions | undefined
  /** One for each variable with a value that cannot be used. The default is used in its place. */
  warnings: string[]
}

/** Reads SPANMETER_*, RESOURCE_ATTRIBUTION_* and OTEL_SDK_DISABLED. Never throws. */
export function readEnvironment(variables: Variables): Configuration {
  const warnings: string[] = []

  /** The value of a variable; undefined if it is not set, is empty, or cannot be used. */
  function read<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = variables[name]?.trim()
    if (text === undefined || text === '') return undefined
    try {
      return parse(text)
    } catch (error) {
      warnings.push(`${(error as Error).message}; the default is used`)
      return undefined
    }
  }
  const readNumber = (name: string, low: number, high: number, check = number) =>
    read(name, (text) => check(name, numberIn(text), low, high))
  const readChoice = <T extends string>(name: string, choices: readonly T[]) =>
    read(name, (text) => oneOf(name, text.toLowerCase(), choices))
  const readBoolean = (name: string) =>
    read(name, (text) => {
      const value = text.toLowerCase()
      if (value !== 'true' && value !== 'false') throw new TypeError(`${name} must be true or false, got ${show(text)}`)
      return value === 'true'
    })

  const periodMs = readNumber('SPANMETER_PERIOD_MS', 0.05, 60_000)
  // Its limits depend on the period.
  const historyName = `SPANMETER_HISTORY_MS (with SPANMETER_PERIOD_MS ${periodMs ?? 1})`
  const monitor = defined({
    periodMs,
    historyMs: read('SPANMETER_HISTORY_MS', (text) => historyOf(historyName, numberIn(text), periodMs ?? 1)),
    maxOverheadPercent: readNumber('SPANMETER_MAX_OVERHEAD_PERCENT', 0, 100),
    maxSpanOverheadPercent: readNumber('SPANMETER_MAX_SPAN_OVERHEAD_PERCENT', 0, 100),
  })
  const processor = defined({
    cpuThreshold: readNumber('SPANMETER_CPU_THRESHOLD', 0, Number.MAX_VALUE),
    memoryThresholdMb: readNumber('SPANMETER_MEMORY_THRESHOLD_MB', 0, Number.MAX_VALUE),
    when: readChoice('SPANMETER_WHEN', ['always', 'notable']),
    detail: readChoice('SPANMETER_DETAIL', ['default', 'full']),
    attribution: readBoolean('SPANMETER_ATTRIBUTION'),
    errors: readBoolean('SPANMETER_ERRORS'),
  })
  const intervalSecs = readNumber('RESOURCE_ATTRIBUTION_UPDATE_INTERVAL_SECS', 1, 3600)
  const metrics = defined({
    windowMs: intervalSecs === undefined ? undefined : intervalSecs * 1000,
    tracing: processor.attribution,
  })
  const prometheusPort = readNumber('SPANMETER_PROMETHEUS_PORT', 0, 65_535, wholeNumber)
  const endpoint = readEndpoint(variables, prometheusPort, read, warnings)
  const recording = defined({
    directory: read('SPANMETER_RECORD_DIR', (text) => text),
    maxMb: readNumber('SPANMETER_RECORD_MAX_MB', 1, 1e6),
    attributes: readBoolean('SPANMETER_RECORD_ATTRIBUTES'),
    cpuProfile: readBoolean('SPANMETER_RECORD_CPU_PROFILE'),
    snapshotSignal: read('SPANMETER_RECORD_SIGNAL', (text) =>
      oneOf('SPANMETER_RECORD_SIGNAL', text.toUpperCase(), snapshotSignals),
    ),
  })
  const alertsFile = read('SPANMETER_ALERTS', (text) => text)
  const wanted = [readBoolean('SPANMETER_ENABLED'), readBoolean('RESOURCE_ATTRIBUTION_ENABLED')]
  const isWanted = !wanted.includes(false)
  const enabled = isWanted && readBoolean('OTEL_SDK_DISABLED') !== true
  return {
    ...{ enabled, monitor, processor, alertsFile, warnings },
    endpoint: endpoint && { ...metrics, ...endpoint },
    recording: isWanted && isComplete(recording) ? withThresholds(recording, processor) : undefined,
  }
}

/** The text itself if it is no number, for the error message. */
function numberIn(text: string): number | string {
  return Number.isNaN(Number(text)) ? text : Number(text)
}

function isComplete(recording: Partial<RecordingOptions>): recording is RecordingOptions {
  return recording.directory !== undefined
}

/** Spans are marked in a recording as their attributes have it. */
function withThresholds(recording: RecordingOptions, processor: ResourceSpanProcessorOptions): RecordingOptions {
  const { cpuThreshold, memoryThresholdMb } = processor
  return { ...recording, ...defined({ cpuThreshold, memoryThresholdMb }) }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The values without those that are undefined. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

import { checkOptions } from '../../../dist/options.js'
import { checkProcessorOptions } from '../../../dist/otel/options.js'
import { checkEndpointOptions } from '../../../dist/prometheus/endpoint-options.js'
import { checkRecordingOptions } from '../../../dist/record/options.js'
import { type Configuration, readEnvironment } from '../../../dist/register/environment.js'
import type { Random } from '../random.js'
import { isPlain, promise, type Target } from '../target.js'

/** A variable: how it is written, with what it then means, and what the configuration says of it. */
interface Variable {
  make(random: Random): [text: string, value: unknown]
  read(configuration: Configuration): unknown
}

function numbers(low: number, high: number, read: Variable['read'], whole = false): Variable {
  const make = (random: Random): [string, number] => {
    const any = random.chance(0.2) ? random.pick([low, high]) : low + random.fraction() * (Math.min(high, 1e6) - low)
    const value = whole ? Math.round(any) : any
    const texts = [String(value), ` ${value}\t`, `+${value}`, value.toExponential(20)]
    return [random.pick(texts), value]
  }
  return { make, read }
}

function choices(values: readonly string[], read: Variable['read']): Variable {
  const make = (random: Random): [string, string] => {
    const value = random.pick(values)
    return [random.chance(0.5) ? value : value.toUpperCase(), value]
  }
  return { make, read }
}

function booleans(read: Variable['read']): Variable {
  const { make } = choices(['true', 'false'], read)
  return {
    read,
    make: (random) => {
      const [text, value] = make(random)
      return [text, value === 'true']
    },
  }
}

const period = 'SPANMETER_PERIOD_MS'
const folder = 'SPANMETER_RECORD_DIR'
const port = 'SPANMETER_PROMETHEUS_PORT'
const token = 'SPANMETER_PROMETHEUS_TOKEN'
const variables: Readonly<Record<string, Variable>> = {
  [period]: numbers(0.05, 60_000, ({ monitor }) => monitor.periodMs),
  SPANMETER_MAX_OVERHEAD_PERCENT: numbers(0, 100, ({ monitor }) => monitor.maxOverheadPercent),
  SPANMETER_MAX_SPAN_OVERHEAD_PERCENT: numbers(0, 100, ({ monitor }) => monitor.maxSpanOverheadPercent),
  SPANMETER_CPU_THRESHOLD: numbers(0, Number.MAX_VALUE, ({ processor }) => processor.cpuThreshold),
  SPANMETER_MEMORY_THRESHOLD_MB: numbers(0, Number.MAX_VALUE, ({ processor }) => processor.memoryThresholdMb),
  SPANMETER_WHEN: choices(['always', 'notable'], ({ processor }) => processor.when),
  SPANMETER_DETAIL: choices(['default', 'full'], ({ processor }) => processor.detail),
  SPANMETER_ATTRIBUTION: booleans(({ processor }) => processor.attribution),
  SPANMETER_ERRORS: booleans(({ processor }) => processor.errors),
  RESOURCE_ATTRIBUTION_UPDATE_INTERVAL_SECS: numbers(1, 3600, ({ endpoint }) =>
    endpoint?.windowMs === undefined ? undefined : endpoint.windowMs / 1000,
  ),
  [port]: numbers(0, 65_535, ({ endpoint }) => endpoint?.port, true),
  SPANMETER_RECORD_MAX_MB: numbers(1, 1e6, ({ recording }) => recording?.maxMb),
  SPANMETER_RECORD_ATTRIBUTES: booleans(({ recording }) => recording?.attributes),
  SPANMETER_RECORD_CPU_PROFILE: booleans(({ recording }) => recording?.cpuProfile),
  SPANMETER_RECORD_SIGNAL: choices(['SIGUSR1', 'SIGUSR2'], ({ recording }) => recording?.snapshotSignal),
}
const switches = ['SPANMETER_ENABLED', 'RESOURCE_ATTRIBUTION_ENABLED', 'OTEL_SDK_DISABLED']
const history = 'SPANMETER_HISTORY_MS'
const names = Object.keys(variables)

/** An environment, with what it says and which variables hold anything at all. */
export interface MadeEnvironment {
  environment: Record<string, string>
  expected: ReadonlyMap<string, unknown>
  wild: readonly string[]
}

/** Each variable is absent, as its page has it, or anything at all. */
export function makeEnvironment(random: Random): MadeEnvironment {
  const environment: Record<string, string> = { [folder]: random.word() }
  const expected = new Map<string, unknown>()
  const wild: string[] = []
  for (const [name, { make }] of Object.entries(variables)) {
    const kind = random.below(3)
    if (kind === 0) continue
    if (kind === 1) {
      const [text, value] = make(random)
      environment[name] = text
      expected.set(name, value)
    } else {
      environment[name] = random.chance(0.3) ? String(random.number()) : random.text()
      wild.push(name)
    }
  }
  if (random.chance(0.3)) environment[history] = random.chance(0.5) ? String(random.number()) : random.text()
  if (random.chance(0.2)) environment[token] = random.chance(0.5) ? 'token-of-the-fuzzer' : random.text()
  for (const name of switches) if (random.chance(0.2)) environment[name] = random.pick(['TRUE', 'false', random.text()])
  return { environment, expected, wild }
}

function run(random: Random): void {
  const { environment, expected, wild } = makeEnvironment(random)
  const configuration = readEnvironment(environment)
  const { warnings } = configuration
  for (const [name, value] of expected) {
    if (isLeftOut(name, environment, configuration)) continue
    const read = variables[name]!.read(configuration)
    promise(isClose(read, value), `${name} is what it says`, environment[name], read)
    promise(!warnings.some((warning) => warning.startsWith(`${name} `)), `there is no warning of ${name}`, warnings)
  }
  for (const name of wild) {
    const ofIt = warnings.filter((warning) => warning.startsWith(`${name} must be `))
    const isUsed = variables[name]!.read(configuration) !== undefined
    const isEmpty = environment[name]!.trim() === ''
    promise(
      ofIt.length === (isUsed || isEmpty ? 0 : 1) || isLeftOut(name, environment, configuration),
      `${name} is used, or a warning`,
      environment[name],
      warnings,
    )
  }
  for (const warning of warnings) {
    const named = [...names, ...switches, history].some((name) => warning.startsWith(name))
    const ofDefault = named && / must be .+, got .*; the default is used$/s.test(warning)
    // A token is a secret, and the endpoint is not open to all in its place.
    const given = environment[token]?.trim() || undefined
    const ofToken = new RegExp(`^${token}(:| must be) .*there is no endpoint for Prometheus$`, 's').test(warning)
    promise(ofDefault || ofToken, 'a warning names all', warning)
    promise(!ofToken || given === undefined || given.length < 4 || !warning.includes(given), 'no secret', warning)
    promise(isPlain(warning) && warning.length < 400, 'a warning is a line', warning)
  }
  checkAll(configuration)
}

/** Whether a variable says nothing because what it belongs to is not there: a recording, or the endpoint. */
function isLeftOut(
  name: string,
  environment: Readonly<Record<string, string>>,
  { recording, endpoint }: Configuration,
): boolean {
  if (name.startsWith('SPANMETER_RECORD_')) return recording === undefined
  if (name === 'RESOURCE_ATTRIBUTION_UPDATE_INTERVAL_SECS') return endpoint === undefined
  return name === port && endpoint === undefined && environment[token] !== undefined
}

/** Whatever it was, no part of the package refuses what was made of it. */
function checkAll({ monitor, processor, endpoint, recording }: Configuration): void {
  checkOptions(monitor)
  checkProcessorOptions(processor)
  if (endpoint !== undefined) checkEndpointOptions(endpoint)
  if (recording !== undefined) checkRecordingOptions(recording)
}

function isClose(read: unknown, value: unknown): boolean {
  if (typeof read !== 'number' || typeof value !== 'number') return read === value
  return Math.abs(read - value) <= 1e-12 * Math.abs(value)
}

export const target: Target = {
  about: 'environment variables of register',
  covers: ['register/environment.js'],
  run,
}

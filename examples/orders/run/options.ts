import { Command, InvalidArgumentError, Option } from 'commander'
import { type Intensity, intensities, type ServiceName, serviceNames } from '../workload/config'
import { type OperationName, operationNames } from '../workload/operations'

export interface PipelineOptions {
  scale: number
  port: number
}

/** Which orders are sent. */
export interface OrdersWanted {
  orders: number
  seed: number
  intensity?: Intensity
  operation?: Operations
  headOfLine?: true
}

export interface OrdersOptions extends OrdersWanted {
  port: number
  /** Undefined: what the machine has time for. */
  scale?: number
  /** Orders a second. */
  rate: number
  processing: number
  /** In seconds. Undefined: as much as leaves the whole run a minute. */
  timeout?: number
  serve?: true
}

const help = `
Kafka is that of KAFKA_BROKERS; else the mock broker of Debian's kcat, if it is on
the PATH. Redis is that of REDIS_URL; else redis-server, if it is on the PATH; else
a substitute in JavaScript. OTEL_EXPORTER_OTLP_ENDPOINT sends the spans to your own
collector, too. What is left of the run is in orders-report.

Examples:
  npm run orders -- --orders 10 --rate 50
  npm run orders -- --orders 1 --operation processing=extreme_cpu_computation
  npm run orders -- --head-of-line --processing 2`

/** Options that are not as they should be end the process with a message and the code 1. */
export function readOptions(argv: readonly string[]): OrdersOptions {
  return new Command('npm run orders --')
    .description('Sends orders through four services and shows what each operation cost.')
    .option('--orders <n>', 'how many', whole(1, 10_000), 20)
    .option('--rate <n>', 'how many of them a second', above(0), 10)
    .option('--seed <n>', 'the same seed, the same orders', whole(0, 2 ** 31), 1)
    .option('--processing <n>', 'the same orders once more, with so many instances of processing', whole(1, 4), 1)
    .addOption(new Option('--intensity <name>', 'of the work for all of them').choices(intensities))
    .option('--operation <[service=]name>', 'the work for all of them; may be given for each service', operation)
    .option('--head-of-line', 'instead: five light orders right behind a severe one')
    .option('--scale <n>', 'more or less work; else 1, or as much as the machine has time for', above(0))
    .option('--port <n>', 'of the API; 0: any that is free', whole(0, 65_535), 8080)
    .option('--timeout <seconds>', 'how long to wait for the orders; else the run ends within a minute', above(0))
    .option('--serve', 'send nothing; go on until Ctrl+C')
    .addHelpText('after', help)
    .showHelpAfterError('(npm run orders -- --help lists the options)')
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' })
    .opts<OrdersOptions>()
}

export function whole(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= low && value <= high && text.trim() !== '') return value
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`)
  }
}

export function above(low: number) {
  return (text: string): number => {
    const value = Number(text)
    if (Number.isFinite(value) && value > low) return value
    throw new InvalidArgumentError(`Expected a number above ${low}.`)
  }
}

type Operations = Partial<Record<ServiceName, OperationName>>

export function operation(text: string, before: Operations = {}): Operations {
  const [, service, name] = /^(?:(\w+)=)?(\w+)$/.exec(text) ?? []
  if (!operationNames.includes(name as OperationName)) {
    throw new InvalidArgumentError(`Expected one of ${operationNames.join(', ')}.`)
  }
  if (service !== undefined && !serviceNames.includes(service as ServiceName)) {
    throw new InvalidArgumentError(`Expected a service of ${serviceNames.join(', ')} before the =.`)
  }
  const services = service === undefined ? serviceNames : [service]
  return { ...before, ...Object.fromEntries(services.map((service) => [service, name])) }
}

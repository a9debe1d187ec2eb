import { Command } from 'commander'
import { above, type OrdersWanted, operation, whole } from './options'

export interface LoadOptions extends OrdersWanted {
  rate?: number
  scale: number
  timeout: number
  connections: number
  json?: true
  /** Whether the services are measured. */
  spanmeter: boolean
}

const help = `
Kafka and Redis are those of npm run orders.`

export function readLoadOptions(argv: readonly string[]): LoadOptions {
  return new Command('npm run orders:load --')
    .description('Loads the order pipeline and shows how long requests and orders took.')
    .option('--orders <n>', 'how many', whole(1, 100_000), 200)
    .option('--connections <n>', 'how many requests at once', whole(1, 1000), 10)
    .option('--rate <n>', 'requests a second at the most; default: as many as are answered', above(0))
    .option('--seed <n>', 'the same seed, the same orders', whole(0, 2 ** 31), 1)
    .option('--operation <[service=]name>', 'the work for all of them; may be given for each service', operation)
    .option('--scale <n>', 'more or less work', above(0), 0.2)
    .option('--timeout <seconds>', 'how long to wait for the orders after the last request', above(0), 60)
    .option('--json', 'print the times as JSON')
    .option('--no-spanmeter', 'do not measure the services, to compare')
    .addHelpText('after', help)
    .showHelpAfterError('(npm run orders:load -- --help lists the options)')
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' })
    .opts<LoadOptions>()
}

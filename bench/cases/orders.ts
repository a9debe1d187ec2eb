import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { type Case, type Metric, quantile } from '../case.js'

const load = join(__dirname, '../../examples/orders/load.js')
const options: Record<string, readonly string[]> = { off: ['--no-spanmeter'], 'spanmeter/register': [] }
const hasKafka =
  process.env.KAFKA_BROKERS ||
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'kcat')))

/** A distributed workload: the four services of examples/orders, over Kafka and Redis, as busy as they can be. */
export const orders: Case = {
  name: 'orders',
  title:
    'the order pipeline of examples/orders with as many orders as it takes: orders a minute, and their 95th percentile',
  variants: Object.keys(options),
  baseline: 'off',
  repeats: 5,
  missing: () => (hasKafka ? undefined : "no Kafka: Debian's kcat is not installed"),
  run: measure,
}

async function measure(variant: string): Promise<Metric[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    load,
    '--json',
    '--orders',
    ...(process.env.BENCH_SMOKE === undefined ? ['60'] : ['10', '--scale', '0.02', '--timeout', '300']),
    ...options[variant]!,
  ])
  const { stored, ordersMs, requestMs, orderMs } = JSON.parse(stdout) as Record<string, number> & {
    requestMs: number[]
    orderMs: number[]
  }
  return [
    { metric: 'orders', value: (60_000 * stored!) / ordersMs!, unit: '/min' },
    { metric: 'order p95', value: quantile(orderMs, 0.95), unit: 'ms' },
    { metric: 'request p95', value: quantile(requestMs, 0.95), unit: 'ms' },
  ]
}

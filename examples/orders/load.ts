import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import autocannon from 'autocannon'
import { type LoadOptions, readLoadOptions } from './run/load-options'
import { minute } from './run/minute'
import { makeOrders, type SentOrder } from './run/orders'
import { Pipeline } from './run/pipeline'
import { onSignals } from './run/signals'
import { type Stored, StoredOrders } from './run/stored'
import { leaveOutWarningOfKafkajs } from './run/warnings'
import { loadText } from './show/load-text'

/** What came of a load. All times in ms. */
export interface LoadResult {
  requests: number
  failed: number
  stored: number
  lost: number
  /** From the first request to the last answer. */
  requestsMs: number
  /** From the first request until the last order was stored. */
  ordersMs: number
  /** Of each request, until the API took the order. */
  requestMs: number[]
  /** Of each order, from when the API took it until it was stored. */
  orderMs: number[]
}

async function load(options: LoadOptions): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-orders-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
  const imports = options.spanmeter ? [pathToFileURL(require.resolve('spanmeter/register')).href] : []
  const announce = options.json ? () => {} : (line: string) => console.log(line)
  const pipeline = await Pipeline.start({
    ...{ scale: options.scale, port: 0, folder, imports, announce },
    readyMs: Math.max(minute.readyMs, 1000 * options.timeout),
  })
  onSignals(() => pipeline.stop())
  const stored = new StoredOrders(pipeline.redisAddress)
  const result = await Promise.race([measure(pipeline, stored, options), pipeline.failed])
  stored.stop()
  await pipeline.stop()
  console.log(options.json ? JSON.stringify(result) : `\n${loadText(result)}`)
  return result.failed === 0 && result.lost === 0 ? 0 : 1
}

async function measure(pipeline: Pipeline, stored: StoredOrders, options: LoadOptions): Promise<LoadResult> {
  const orders = makeOrders(options)
  const begin = Date.now()
  const { requestMs, failed } = await request(`${pipeline.api}/order`, orders, options)
  const requestsMs = Date.now() - begin
  const found = await untilStored(stored, orders.length - failed, orders, 1000 * options.timeout)
  return {
    ...{ requests: orders.length, failed, stored: found.length, lost: orders.length - failed - found.length },
    requestsMs,
    ordersMs: Math.max(...found.map(({ at }) => at), begin) - begin,
    requestMs,
    orderMs: found.map(({ at, acceptedAt }) => at - acceptedAt),
  }
}

/** Sends each order once, as many at a time as there are connections. */
function request(url: string, orders: readonly SentOrder[], { connections, rate }: LoadOptions) {
  const requestMs: number[] = []
  let next = 0
  return new Promise<{ requestMs: number[]; failed: number }>((resolve, reject) => {
    const instance = autocannon(
      {
        ...{ url, connections: Math.min(connections, orders.length), amount: orders.length, timeout: 30 },
        ...(rate !== undefined && { overallRate: rate }),
        requests: [
          {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            setupRequest: (request) => ({ ...request, body: JSON.stringify(orders[next++ % orders.length]) }),
          },
        ],
      },
      (error, result) => (error ? reject(error) : resolve({ requestMs, failed: orders.length - result['2xx'] })),
    )
    instance.on('response', (_client, _status, _bytes, ms) => requestMs.push(ms))
  })
}

async function untilStored(
  stored: StoredOrders,
  wanted: number,
  orders: readonly SentOrder[],
  timeoutMs: number,
): Promise<Stored[]> {
  const ids = orders.map(({ id }) => id)
  for (const end = performance.now() + timeoutMs; ; await sleep(100)) {
    const found = await stored.of(ids)
    if (found.length >= wanted || performance.now() > end) return found
  }
}

leaveOutWarningOfKafkajs()
load(readLoadOptions(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`error: ${error.message}`)
    process.exit(1)
  },
)

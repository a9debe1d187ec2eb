/**
 * Keeps an HTTP service busy from a process of its own, and takes the spans that it exports. Given the URL, it answers with
 * requests per second, after a time of warming up; it says to the parent when that begins and ends.
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import autocannon from 'autocannon'

// Each answer comes when the machine has a CPU for it: within so many seconds.
const load = { connections: 16, timeout: 100 }
// A few requests where nobody looks at the numbers.
const [warmUp, measured] =
  process.env.BENCH_SMOKE === undefined ? [{ duration: 2 }, { duration: 4 }] : [{ amount: 50 }, { amount: 200 }]

async function main(): Promise<void> {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  process.send!({ collectorPort: (collector.address() as AddressInfo).port })
  const [{ url }] = (await once(process, 'message')) as [{ url: string }]
  await autocannon({ url, ...load, ...warmUp })
  process.send!({ state: 'begin' })
  const { requests, errors, non2xx } = await autocannon({ url, ...load, ...measured })
  process.send!({ state: 'end', requests: requests.total, perSecond: requests.average, failed: errors + non2xx })
  await once(process, 'message') // the service is done with its last export
  process.disconnect()
}

// That is its end, also where the service has failed.
process.once('disconnect', () => process.exit())
main()

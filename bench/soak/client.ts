/** The load on the service, and the receiver of its spans, in a process of their own, until it is told to stop. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import autocannon from 'autocannon'
import type { ClientMessage } from './messages.js'

const connections = 16
const forever = 24 * 3600

async function main(): Promise<void> {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  tell({ collectorPort: (collector.address() as AddressInfo).port })
  const [{ url }] = (await once(process, 'message')) as [{ url: string }]
  const load = autocannon({ url, connections, duration: forever })
  await once(process, 'message')
  ;(load as unknown as { stop(): void }).stop()
  const { errors, non2xx } = await load
  tell({ failed: errors + non2xx })
  await once(process, 'message') // the service is done with its last export
  process.disconnect()
  collector.closeAllConnections()
  collector.close()
}

function tell(message: ClientMessage): void {
  process.send!(message)
}

main()

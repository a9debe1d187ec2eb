/** The load on the service, and the receiver of its spans, in a process of their own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'
import type { ClientMessage, Phase } from './messages.js'

interface Export {
  resourceSpans: { scopeSpans: { spans: { traceId: string }[] }[] }[]
}

/** How many spans of each trace arrived. */
const received = new Map<string, number>()

const receiver = createServer(async (request, response) => {
  const { resourceSpans } = JSON.parse(await text(request)) as Export
  for (const { traceId } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))) {
    received.set(traceId, (received.get(traceId) ?? 0) + 1)
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})

async function main(): Promise<void> {
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  send({ collectorPort: (receiver.address() as AddressInfo).port })
  const [{ url, phases }] = (await once(process, 'message')) as [{ url: string; phases: Phase[] }]
  for (const { perSecond, seconds } of phases) {
    send({ perSecond })
    const { errors, non2xx } = await autocannon({ url, connections: 10, overallRate: perSecond, duration: seconds })
    if (errors + non2xx > 0) throw new Error(`${errors + non2xx} requests failed`)
  }
  send({ done: true })
  await once(process, 'message') // everything was exported
  send({ spansOfTraces: [...received.values()] })
  process.disconnect()
}

function send(message: ClientMessage): void {
  process.send!(message)
}

// That is its end, also where the service has failed.
process.once('disconnect', () => process.exit())
main()

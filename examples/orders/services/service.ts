/** The life of a service: it starts, serves, and ends when it is asked to. */

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { prometheus, shutDownTelemetry } from './instrument'
import { log } from './log'
import type { Ready } from './messages'

/** What a service has to do in the end, in this order. */
export type Closing = readonly (() => Promise<unknown>)[]

const CLOSE_MS = 8000

/**
 * Serves. Ends upon SIGTERM, Ctrl+C, or when whoever started it is gone. Returns what is to be called when the service is
 * ready for work.
 */
export async function serve(
  { HOST, PORT }: { HOST: string; PORT: number },
  listener: RequestListener,
  closing: Closing,
): Promise<() => void> {
  const server = createServer(listener)
  endOnSignals([() => close(server), ...closing])
  server.listen(PORT, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return () => {
    log.info({ port }, 'ready')
    process.send?.({ type: 'ready', port } satisfies Ready)
  }
}

/** What is to be seen of a service whose work does not come by HTTP. */
export const observe: RequestListener = (request, response) => {
  if (request.url === '/metrics') return prometheus.getMetricsRequestHandler(request, response)
  response.writeHead(request.url === '/health' ? 200 : 404).end()
}

function endOnSignals(closing: Closing): void {
  let isEnding = false
  const end = async (why: string): Promise<void> => {
    if (isEnding) return
    isEnding = true
    log.info(`ends: ${why}`)
    // What was not finished has not been committed: somebody will get it again.
    setTimeout(() => process.exit(1), CLOSE_MS).unref()
    for (const step of closing) await step().catch((error: Error) => log.error(error.message))
    await shutDownTelemetry()
    if (process.connected) process.disconnect()
  }
  process.on('SIGTERM', () => void end('SIGTERM'))
  // Ctrl+C reaches all processes of a terminal; where there is a parent it decides.
  process.on('SIGINT', () => process.send || void end('SIGINT'))
  process.on('disconnect', () => void end('its parent is gone'))
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeIdleConnections()
  await once(server, 'close')
}

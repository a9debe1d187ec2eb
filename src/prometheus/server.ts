import cluster from 'node:cluster'
import { EventEmitter, once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { clearTimeout, setTimeout } from '../clock.js'
import { SpanmeterError } from '../errors.js'

/** Scrapes are small, quick and few. Requests that are not are cut off. */
const scrapeLimits = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5000,
  maxConnections: 50,
  /** Further requests over the same connection are refused. */
  maxRequestsPerSocket: 100,
  /** Nothing was sent or received for so long, in ms. */
  idleMs: 5000,
  /** An answer was not taken to its end by then, however busy the connection is, in ms. */
  answerMs: 30_000,
}

/**
 * A server that does not keep the process alive, and for whose requests instrumentations make no spans. `limits` are for
 * tests, which cannot wait as long.
 */
export function createScrapeServer(answer: RequestListener, limits: Partial<typeof scrapeLimits> = {}): Server {
  const { maxConnections, maxRequestsPerSocket, idleMs, answerMs, ...ofRequests } = { ...scrapeLimits, ...limits }
  const server = createServer(ofRequests, (request, response) => {
    const timer = setTimeout(() => request.socket.destroy(), answerMs).unref()
    response.once('close', () => clearTimeout(timer))
    answer(request, response)
  })
  server.maxConnections = maxConnections
  server.maxRequestsPerSocket = maxRequestsPerSocket
  server.timeout = idleMs
  // Instrumentations wrap the method that all servers inherit.
  server.emit = EventEmitter.prototype.emit
  server.on('connection', (socket) => socket.unref())
  return server.unref()
}

/** Returns the port. Throws `SpanmeterError` `CANNOT_LISTEN`. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  try {
    // Exclusive, because workers of a cluster would share the port, and each scrape would reach another of them.
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    const reason = reasonOf(error as NodeJS.ErrnoException)
    const message = `cannot listen on port ${port} of ${host}: ${reason}`
    throw new SpanmeterError('CANNOT_LISTEN', message, { cause: error })
  }
  // Later errors concern a single connection.
  server.on('error', () => {})
  return (server.address() as AddressInfo).port
}

export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') {
    return cluster.isWorker ? 'it is taken; each worker of a cluster needs a port of its own' : 'it is taken'
  }
  if (code === 'EACCES' || code === 'EPERM') return 'this process may not use it'
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') return 'that is no address of this machine'
  return message
}

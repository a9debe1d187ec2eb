import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { debuglog, promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { untraced } from '../sdk/untraced.js'
import type { AskedHost } from './asked-host.js'
import type { BearerToken } from './bearer-token.js'
import { contentTypes, textOf } from './exposition.js'
import { acceptsGzip, prefersOpenMetrics } from './negotiation.js'
import type { ResourceMetrics } from './resource-metrics.js'

const debug = debuglog('spanmeter')
const compress = promisify(gzip)
/** In bytes. Less than this fits into one packet anyway. */
const minCompressed = 1400
/** How many characters of each part of a reader's name are kept. */
const maxNamePart = 200

export interface ScrapesOptions {
  resourceMetrics: ResourceMetrics
  path: string
  askedHost: AskedHost
  /** Undefined: whoever reaches the endpoint may ask. */
  token: BearerToken | undefined
}

/** Answers requests for the metrics, in the format that each asks for. */
export class Scrapes {
  readonly #options: ScrapesOptions
  /** Connections with a scrape that is not answered yet. */
  readonly #busy = new WeakSet<Socket>()

  constructor(options: ScrapesOptions) {
    this.#options = options
  }

  readonly answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await untraced(() => this.#answer(request, response))
    } catch (error) {
      // It may name files, or what else is nobody's business.
      debug('a scrape failed: %s', error)
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'the metrics cannot be read; NODE_DEBUG=spanmeter logs why')
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { askedHost, token, path: own } = this.#options
    const { method, url = '/', headers } = request
    if (!askedHost.allows(headers.host)) {
      return refuse(response, 421, 'not asked for by an address or a name that allowedHosts has')
    }
    if (token !== undefined && !(await token.isIn(headers.authorization))) {
      return refuse(response, 401, 'the token is missing or another', { 'www-authenticate': 'Bearer' })
    }
    const path = url.split('?', 1)[0]
    if (path !== own && path !== '/') return refuse(response, 404, `not here, but at ${own}`)
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'GET or HEAD only', { allow: 'GET, HEAD' })
    if (hasBody(headers)) return refuse(response, 413, 'a request has no body here')
    if (path !== own) return send(response, 200, `The metrics are at ${own}\n`)
    await this.#scrape(request, response)
  }

  async #scrape(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const format = prefersOpenMetrics(request.headers.accept) ? 'openMetrics' : 'text'
    const headers = { 'content-type': contentTypes[format], vary: 'Accept, Accept-Encoding' }
    // The body is not wanted, so nothing is collected.
    if (request.method === 'HEAD') return send(response, 200, '', headers)
    // Each answer may be a megabyte, which is kept until those before it are sent.
    if (this.#busy.has(request.socket)) return refuse(response, 503, 'one scrape at a time over a connection')
    this.#busy.add(request.socket)
    response.once('close', () => this.#busy.delete(request.socket))
    const { resourceMetrics } = this.#options
    resourceMetrics.collect(readerOf(request))
    const text = await textOf(resourceMetrics.metrics, format)
    if (text.length < minCompressed || !acceptsGzip(request.headers['accept-encoding'])) {
      return send(response, 200, text, headers)
    }
    const body = await compress(text, { level: constants.Z_BEST_SPEED })
    return send(response, 200, body, { ...headers, 'content-encoding': 'gzip' })
  }
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
}

/**
 * What distinguishes a scraper from others. Scrapers of one kind behind one address may each add a query to the URL.
 */
function readerOf({ socket, headers, url = '' }: IncomingMessage): string {
  return [socket.remoteAddress, url, headers['user-agent']].map((text) => text?.slice(0, maxNamePart)).join(' ')
}

/** Answers, and reads nothing more over the connection. */
function refuse(response: ServerResponse, status: number, reason: string, headers: OutgoingHttpHeaders = {}): void {
  send(response, status, `${reason}\n`, { connection: 'close', ...headers })
}

function send(response: ServerResponse, status: number, body: string | Buffer, headers?: OutgoingHttpHeaders): void {
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  response.writeHead(status, { ...plain, ...headers }).end(body)
}

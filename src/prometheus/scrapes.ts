import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { untraced } from '../sdk/untraced.js'
import { contentTypes, textOf } from './exposition.js'
import { acceptsGzip, prefersOpenMetrics } from './negotiation.js'
import type { ResourceMetrics } from './resource-metrics.js'

const compress = promisify(gzip)
/** In bytes. Less than this fits into one packet anyway. */
const minCompressed = 1400
/** How many characters of each part of a reader's name are kept. */
const maxNamePart = 200

/** Answers requests for the metrics, in the format that each asks for. */
export class Scrapes {
  readonly #resourceMetrics: ResourceMetrics
  readonly #path: string

  constructor(resourceMetrics: ResourceMetrics, path: string) {
    this.#resourceMetrics = resourceMetrics
    this.#path = path
  }

  readonly answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await untraced(() => this.#answer(request, response))
    } catch (error) {
      if (!response.headersSent) send(response, 500, `${error}\n`)
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '/' } = request
    const path = url.split('?', 1)[0]
    if (path !== this.#path && path !== '/') return send(response, 404, `not here, but at ${this.#path}\n`)
    if (method !== 'GET' && method !== 'HEAD') {
      return send(response, 405, 'GET or HEAD only\n', { allow: 'GET, HEAD', connection: 'close' })
    }
    if (path !== this.#path) return send(response, 200, `The metrics are at ${this.#path}\n`)
    const format = prefersOpenMetrics(request.headers.accept) ? 'openMetrics' : 'text'
    const headers = { 'content-type': contentTypes[format], vary: 'Accept, Accept-Encoding' }
    // The body is not wanted, so nothing is collected.
    if (method === 'HEAD') return send(response, 200, '', headers)
    this.#resourceMetrics.collect(readerOf(request))
    const text = await textOf(this.#resourceMetrics.metrics, format)
    if (text.length < minCompressed || !acceptsGzip(request.headers['accept-encoding'])) {
      return send(response, 200, text, headers)
    }
    const body = await compress(text, { level: constants.Z_BEST_SPEED })
    return send(response, 200, body, { ...headers, 'content-encoding': 'gzip' })
  }
}

/**
 * What distinguishes a scraper from others. Scrapers of one kind behind one address may each add a query to the URL.
 */
function readerOf({ socket, headers, url = '' }: IncomingMessage): string {
  return [socket.remoteAddress, url, headers['user-agent']].map((text) => text?.slice(0, maxNamePart)).join(' ')
}

function send(response: ServerResponse, status: number, body: string | Buffer, headers?: OutgoingHttpHeaders): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(body)
}

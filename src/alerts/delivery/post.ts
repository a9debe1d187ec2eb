import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { clearTimeout, setTimeout } from '../../clock.js'
import { markOwnRequest } from '../../own-requests.js'
import { untraced } from '../../sdk/untraced.js'
import { DeliveryFailure } from './failure.js'

export interface Post {
  /** For messages, in place of the URL: `slack at hooks.slack.com`. */
  readonly receiver: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly timeoutMs: number
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
  /** Whether the process may end meanwhile. */
  readonly unref: boolean
}

/**
 * Sends JSON. Makes no spans, follows no redirection and reads nothing of the answer but its head, however long it is.
 * Rejects with a `DeliveryFailure`.
 *
 * Not by `fetch`: the connections that it makes keep a process alive.
 */
export function post({ receiver, url, headers, body, timeoutMs, signal, unref }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, ...how: readonly [isTemporary: boolean, retryAfterMs?: number, isOfAlert?: boolean]) =>
      reject(new DeliveryFailure(`${receiver}: ${why}`, ...how))
    let request: ClientRequest
    try {
      request = untraced(() => begin(url, headers, JSON.stringify(body), signal))
    } catch (error) {
      fail(codeOf(error as Error), false)
      return
    }
    const timer = setTimeout(() => {
      fail(`no answer within ${timeoutMs} ms`, true)
      request.destroy()
    }, timeoutMs)
    if (unref) {
      timer.unref()
      request.on('socket', (socket) => socket.unref())
    }
    request.on('error', (error) => {
      clearTimeout(timer)
      fail(codeOf(error), true)
    })
    request.on('response', (response) => {
      clearTimeout(timer)
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) resolve()
      else if (status === 429) fail('answered 429', true, retryAfter(response))
      else fail(`answered ${status}`, status >= 500, 0, status === 500)
      request.destroy()
    })
  })
}

function begin(url: string, headers: Post['headers'], text: string, signal: AbortSignal): ClientRequest {
  const ofBody = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
  const options = {
    method: 'POST',
    agent: false,
    signal,
    headers: { 'user-agent': 'spanmeter', ...headers, ...ofBody },
  }
  const request = (url.startsWith('https:') ? overHttps : overHttp)(url, options)
  markOwnRequest(request)
  request.end(text)
  return request
}

/** Messages may contain what was asked for. */
function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.name
}

/** Seconds, or a date. An hour at the most. */
function retryAfter({ headers }: IncomingMessage): number {
  const text = headers['retry-after'] ?? ''
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), 3_600_000)
}

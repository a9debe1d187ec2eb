import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { RequestListener } from './incoming.js'
import type { OpenRequest } from './open-request.js'
import { routeOf } from './route.js'

type Sent = ClientRequest & { res?: IncomingMessage }

/** A request of undici, which is what `fetch` makes. */
interface UndiciRequest {
  method: string
  origin: unknown
  path: string
}
interface UndiciMessage {
  request: UndiciRequest
  response?: { statusCode: number }
}

/** Reports the requests that `node:http`, `node:https` and `fetch` make. Returns the function that ends it. */
export function watchOutgoing(listener: RequestListener): () => void {
  const fetched = new WeakMap<object, { open: OpenRequest; status?: number }>()

  const endFetch = ({ request }: UndiciMessage, failed: boolean) => {
    const known = fetched.get(request)
    if (known === undefined) return
    fetched.delete(request)
    const { method, path } = request
    const { host } = new URL(String(request.origin))
    report(listener, known.open, { method, host, path, status: known.status, failed })
  }
  const handlers: Record<string, (message: never) => void> = {
    'http.client.request.start': ({ request }: { request: Sent }) => {
      const open = listener.begin()
      request.once('close', () => {
        const status = request.res?.statusCode
        const { method, path } = request
        const host = String(request.getHeader('host') ?? request.host)
        report(listener, open, { method, host, path, status, failed: request.res?.complete !== true })
      })
    },
    'undici:request:create': ({ request }: UndiciMessage) => {
      fetched.set(request, { open: listener.begin() })
    },
    'undici:request:headers': ({ request, response }: UndiciMessage) => {
      const known = fetched.get(request)
      if (known !== undefined && response !== undefined) known.status = response.statusCode
    },
    'undici:request:trailers': (message: UndiciMessage) => endFetch(message, false),
    'undici:request:error': (message: UndiciMessage) => endFetch(message, true),
  }
  const stops = Object.entries(handlers).map(([channel, handle]) => {
    const onMessage = (message: unknown) => {
      try {
        handle(message as never)
      } catch {}
    }
    subscribe(channel, onMessage)
    return () => unsubscribe(channel, onMessage)
  })
  return () => {
    for (const stop of stops) stop()
  }
}

interface Ended {
  method: string
  host: string
  path: string
  status: number | undefined
  failed: boolean
}

function report(listener: RequestListener, open: OpenRequest, { method, host, path, status, failed }: Ended): void {
  const name = `outgoing ${method} ${host}${routeOf(path)}`
  listener.end(open, { name, failed: failed || (status ?? 0) >= 500, status, path: path.split('?', 1)[0]! })
}

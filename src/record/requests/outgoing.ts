import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { isOwnRequest } from '../../own-requests.js'
import type { RequestListener } from './incoming.js'
import type { Description, OpenRequest } from './open-request.js'
import { routeOf } from './route.js'

type Sent = ClientRequest & { res?: IncomingMessage }

/** A request of undici, which is what `fetch` makes. */
interface UndiciRequest {
  method: string
  origin: unknown
  path: string
  /** The protocol that the connection is to change to, as of a WebSocket. */
  upgrade?: unknown
}
interface UndiciMessage {
  request: UndiciRequest
  response?: { statusCode: number }
}

interface FetchState {
  status: number | undefined
  failed: boolean
}

/** Reports the requests that `node:http`, `node:https` and `fetch` make. Returns the function that ends it. */
export function watchOutgoing(listener: RequestListener): () => void {
  const fetched = new WeakMap<object, { open: OpenRequest; state: FetchState }>()

  const endFetch = ({ request }: UndiciMessage, failed: boolean) => {
    const known = fetched.get(request)
    if (known === undefined) return
    fetched.delete(request)
    known.state.failed = failed
    listener.end(known.open)
  }
  const handlers: Record<string, (message: never) => void> = {
    'http.client.request.start': ({ request }: { request: Sent }) => {
      if (isOwnRequest(request)) return
      const open = listener.begin(() => describeSent(request))
      request.once('close', () => {
        try {
          listener.end(open)
        } catch {}
      })
    },
    'undici:request:create': ({ request }: UndiciMessage) => {
      if (isConnection(request)) return
      const state: FetchState = { status: undefined, failed: false }
      fetched.set(request, { open: listener.begin(() => describeFetch(request, state)), state })
    },
    'undici:request:headers': ({ request, response }: UndiciMessage) => {
      const known = fetched.get(request)
      if (known !== undefined && response !== undefined) known.state.status = response.statusCode
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

/** Whether nothing will say when it ends: it turns its connection into another one, as a WebSocket, or a tunnel of a proxy. */
const isConnection = ({ upgrade, method }: UndiciRequest) => Boolean(upgrade) || method === 'CONNECT'

function describeSent(request: Sent): Description {
  const host = String(request.getHeader('host') ?? request.host)
  const failed = request.res?.complete !== true
  return describe(request.method, host, request.path, { status: request.res?.statusCode, failed })
}

function describeFetch({ method, origin, path }: UndiciRequest, state: FetchState): Description {
  return describe(method, new URL(String(origin)).host, path, state)
}

function describe(method: string, host: string, path: string, { status, failed }: FetchState): Description {
  return {
    name: `outgoing ${method} ${host}${routeOf(path)}`,
    failed: failed || (status ?? 0) >= 500,
    status,
    path: path.split('?', 1)[0]!,
  }
}

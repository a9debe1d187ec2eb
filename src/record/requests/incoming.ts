import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Description, OpenRequest } from './open-request.js'
import { routeOf } from './route.js'

export interface RequestListener {
  begin(describe: () => Description): OpenRequest
  end(request: OpenRequest): void
}

/** Express puts the route that served a request on it. */
type Routed = IncomingMessage & { route?: { path?: unknown }; baseUrl?: unknown; originalUrl?: unknown }

const channel = 'http.server.request.start'

/** Reports the requests that servers of `node:http` and `node:https` serve. Returns the function that ends it. */
export function watchIncoming(listener: RequestListener): () => void {
  const onStart = (message: unknown) => {
    try {
      const { request, response } = message as { request: Routed; response: ServerResponse }
      const open = listener.begin(() => describe(request, response))
      // Emitted once, also where the client went away.
      response.once('close', () => {
        try {
          listener.end(open)
        } catch {}
      })
    } catch {}
  }
  subscribe(channel, onStart)
  return () => unsubscribe(channel, onStart)
}

function describe(request: Routed, response: ServerResponse): Description {
  const { statusCode: status, writableFinished } = response
  const path = String(request.originalUrl ?? request.url ?? '')
  const aborted = !writableFinished
  return {
    name: `${request.method} ${routeIn(request) ?? routeOf(path)}`,
    failed: aborted || status >= 500,
    status: aborted ? undefined : status,
    path: path.split('?', 1)[0]!,
  }
}

function routeIn({ route, baseUrl }: Routed): string | undefined {
  if (typeof route?.path !== 'string') return undefined
  return `${typeof baseUrl === 'string' ? routeOf(baseUrl) : ''}${route.path}`
}

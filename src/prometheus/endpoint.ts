import { once } from 'node:events'
import type { Server } from 'node:http'
import { show, wholeNumber } from '../options.js'
import { outside } from '../outside.js'
import { checkResourceMetricsOptions, type ResourceMetricsOptions, resourceMetricsOptionNames } from './options.js'
import { ResourceMetrics } from './resource-metrics.js'
import { Scrapes } from './scrapes.js'
import { createScrapeServer, inUrl, listen } from './server.js'

export interface PrometheusEndpointOptions extends ResourceMetricsOptions {
  /** 0: any that is free. */
  port: number
  /** Default `'127.0.0.1'`, which only this machine can reach. */
  host?: string
  /** Default `'/metrics'`. */
  path?: string
}

/** An HTTP server for scrapes. It does not keep the process alive. */
export interface PrometheusEndpoint extends AsyncDisposable {
  /** Where the metrics are. */
  readonly url: string
  readonly port: number
  /** Stops the server, with the sampler and the hooks that the metrics need. */
  stop(): Promise<void>
}

const optionNames = [...resourceMetricsOptionNames, 'port', 'host', 'path'] as const

/**
 * Serves the metrics of the process, of tracing and of the spans to Prometheus. Rejects with a `TypeError` or `RangeError`
 * for a bad option, and with `SpanmeterError` `CANNOT_LISTEN` where it cannot listen.
 */
export async function startPrometheusEndpoint(options: PrometheusEndpointOptions): Promise<PrometheusEndpoint> {
  const rules = checkResourceMetricsOptions(options, optionNames)
  const port = wholeNumber('port', options.port, 0, 65_535)
  const host = text('host', options.host ?? '127.0.0.1', /./, 'the name or address of an interface of this machine')
  const path = text('path', options.path ?? '/metrics', /^\/[\w/.~-]*$/, 'a path that begins with /')
  return outside(async () => {
    const resourceMetrics = new ResourceMetrics(rules)
    try {
      const server = createScrapeServer(new Scrapes(resourceMetrics, path).answer)
      const bound = await listen(server, port, host)
      return {
        url: `http://${inUrl(host)}:${bound}${path}`,
        port: bound,
        stop: () => stop(server, resourceMetrics),
        [Symbol.asyncDispose]: () => stop(server, resourceMetrics),
      }
    } catch (error) {
      resourceMetrics.stop()
      throw error
    }
  })
}

async function stop(server: Server, resourceMetrics: ResourceMetrics): Promise<void> {
  resourceMetrics.stop()
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

function text(name: string, value: unknown, pattern: RegExp, expected: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  throw new TypeError(`${name} must be ${expected}, got ${show(value)}`)
}

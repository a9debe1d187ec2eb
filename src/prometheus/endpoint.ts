import { once } from 'node:events'
import type { Server } from 'node:http'
import { outside } from '../outside.js'
import type { Sampling } from '../own-monitor.js'
import { AskedHost } from './asked-host.js'
import { BearerToken } from './bearer-token.js'
import { checkEndpointOptions, type PrometheusEndpointOptions } from './endpoint-options.js'
import { ResourceMetrics } from './resource-metrics.js'
import { Scrapes } from './scrapes.js'
import { createScrapeServer, inUrl, listen } from './server.js'

/** An HTTP server for scrapes. It does not keep the process alive. */
export interface PrometheusEndpoint extends AsyncDisposable {
  /** Where the metrics are. */
  readonly url: string
  readonly port: number
  /** Stops the server, with the sampler and the hooks that the metrics need. */
  stop(): Promise<void>
}

/**
 * Serves the metrics of the process, of tracing and of the spans to Prometheus. Rejects with a `TypeError` or `RangeError`
 * for a bad option, and with `SpanmeterError`: `NO_TOKEN` where the file of the token has none, `CANNOT_LISTEN` where it
 * cannot listen.
 */
export function startPrometheusEndpoint(options: PrometheusEndpointOptions): Promise<PrometheusEndpoint> {
  return serveMetrics(options)
}

/** The same, sampled as was configured. */
export async function serveMetrics(
  options: PrometheusEndpointOptions,
  sampling?: Sampling,
): Promise<PrometheusEndpoint> {
  const { rules, port, host, path, allowedHosts, ...secret } = checkEndpointOptions(options)
  return outside(async () => {
    const token = await tokenOf(secret)
    const resourceMetrics = new ResourceMetrics(rules, sampling)
    try {
      const scrapes = new Scrapes({ resourceMetrics, path, token, askedHost: new AskedHost(host, allowedHosts) })
      const server = createScrapeServer(scrapes.answer)
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

type Secret = Pick<ReturnType<typeof checkEndpointOptions>, 'token' | 'tokenFile'>

async function tokenOf({ token, tokenFile }: Secret): Promise<BearerToken | undefined> {
  if (tokenFile !== undefined) return await BearerToken.inFile(tokenFile)
  return token === undefined ? undefined : BearerToken.given(token)
}

async function stop(server: Server, resourceMetrics: ResourceMetrics): Promise<void> {
  resourceMetrics.stop()
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

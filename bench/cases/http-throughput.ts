import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import type { Case } from '../case.js'
import { ConstantAttributes } from '../load/constant-attributes.js'
import { loadAddon } from '../native.js'

const processors: Record<string, () => SpanProcessor[]> = {
  'OpenTelemetry alone': () => [],
  'as many constant attributes': () => [new ConstantAttributes(13)],
  'attribution: false': () => [new ResourceSpanProcessor({ attribution: false })],
  'all on': () => [new ResourceSpanProcessor()],
}

type Message =
  | { collectorPort: number }
  | { state: 'begin' }
  | { state: 'end'; requests: number; perSecond: number; failed: number }

/** A saturated Express service: the HTTP and Express instrumentations, spans exported by OTLP over HTTP. */
export const httpThroughput: Case = {
  name: 'http-throughput',
  title: 'Requests per second of a saturated Express service, and CPU of its JavaScript thread per request',
  variants: ['no tracing', ...Object.keys(processors)],
  baseline: 'OpenTelemetry alone',
  repeats: 5,
  async run(variant) {
    const { threadCpu } = loadAddon()
    const client = fork(join(__dirname, '../load/http-client.js'))
    const messages = on(client, 'message')
    const next = async () => (await messages.next()).value[0] as Message
    const { collectorPort } = (await next()) as { collectorPort: number }
    const provider = processors[variant] && trace(processors[variant](), collectorPort)
    const { server, port } = await serve()
    client.send({ url: `http://127.0.0.1:${port}/users/7` })
    await next()
    const cpuBefore = threadCpu()
    const end = await next()
    if (!('requests' in end) || end.failed > 0) throw new Error(`requests failed: ${JSON.stringify(end)}`)
    const cpuMs = threadCpu() - cpuBefore
    await provider?.shutdown()
    server.closeAllConnections()
    server.close()
    client.send('done')
    await once(client, 'exit')
    return [
      { metric: 'requests', value: end.perSecond, unit: '/s' },
      { metric: 'CPU', value: (1000 * cpuMs) / end.requests, unit: 'µs' },
    ]
  },
}

function trace(processors: SpanProcessor[], collectorPort: number): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${collectorPort}/v1/traces` })
  const batches = new BatchSpanProcessor(exporter, { maxQueueSize: 16_384, scheduledDelayMillis: 500 })
  const provider = new NodeTracerProvider({ spanProcessors: [...processors, batches] })
  provider.register()
  registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()] })
  return provider
}

/** Loaded here, because instrumentation must be in place before. */
async function serve() {
  const { default: express } = await import('express')
  const app = express()
  app.get('/users/:id', async (request, response) => {
    const user = await load(request.params.id)
    response.json({ user, friends: await Promise.all(user.friends.map((id) => load(String(id)))) })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** As a cache would: a turn of the event loop, and a few promises. */
async function load(id: string) {
  await new Promise(setImmediate)
  return { id, name: `user ${id}`, friends: Array.from({ length: 5 }, (_, i) => Number(id) + i) }
}

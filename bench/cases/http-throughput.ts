import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import type { Case, Metric } from '../case.js'
import { ConstantAttributes } from '../load/constant-attributes.js'
import { loadAddon } from '../native.js'

const processors: Record<string, () => SpanProcessor[]> = {
  'OpenTelemetry alone': () => [],
  'as many constant attributes': () => [new ConstantAttributes(14)],
  'attribution: false': () => [new ResourceSpanProcessor({ attribution: false })],
  'all on': () => [new ResourceSpanProcessor()],
}

type Message =
  | { collectorPort: number }
  | { state: 'begin' }
  | { state: 'end'; requests: number; perSecond: number; failed: number }

type Serve = () => Promise<{ server: Server; port: number }>

/** A saturated service with two spans a request, exported by OTLP over HTTP. */
function throughput(name: string, service: string, serve: Serve, slowSyscalls?: number): Case {
  const slower = slowSyscalls === undefined ? '' : `, each system call ${slowSyscalls} µs slower`
  return {
    name,
    title: `CPU of the JavaScript thread per request of a saturated ${service} service${slower}, and requests per second`,
    variants: ['no tracing', ...Object.keys(processors)],
    baseline: 'as many constant attributes',
    repeats: 5,
    ...(slowSyscalls === undefined ? {} : { slowSyscalls }),
    run: (variant) => measure(variant, serve),
  }
}

export const httpThroughput = throughput('http-throughput', 'Express', serveExpress)
export const httpThroughputSlow = throughput('http-throughput-slow', 'Express', serveExpress, 1.5)
export const httpBare = throughput('http-bare', 'bare http', serveBare)
export const httpBareSlow = throughput('http-bare-slow', 'bare http', serveBare, 1.5)

async function measure(variant: string, serve: Serve): Promise<Metric[]> {
  const { threadCpu } = loadAddon()
  const client = fork(join(__dirname, '../load/http-client.js'))
  const messages = on(client, 'message')
  const next = async () => (await messages.next()).value[0] as Message
  const { collectorPort } = (await next()) as { collectorPort: number }
  const provider = processors[variant] && startTracing(processors[variant](), collectorPort)
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
    { metric: 'CPU', value: (1000 * cpuMs) / end.requests, unit: 'µs' },
    { metric: 'requests', value: end.perSecond, unit: '/s' },
  ]
}

function startTracing(processors: SpanProcessor[], collectorPort: number): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${collectorPort}/v1/traces` })
  const batches = new BatchSpanProcessor(exporter, { maxQueueSize: 16_384, scheduledDelayMillis: 500 })
  const provider = new NodeTracerProvider({ spanProcessors: [...processors, batches] })
  provider.register()
  registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()] })
  return provider
}

/** Loaded here, because instrumentation must be in place before. */
async function serveExpress() {
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

/** Two spans a request, and little else. */
async function serveBare() {
  const tracer = trace.getTracer('bench')
  const server = createServer((_request, response) => {
    tracer.startActiveSpan('request', async (request) => {
      const user = await tracer.startActiveSpan('load', async (span) => {
        const found = await load('7')
        span.end()
        return found
      })
      response.end(JSON.stringify(user))
      request.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** As a cache would: a turn of the event loop, and a few promises. */
async function load(id: string) {
  await new Promise(setImmediate)
  return { id, name: `user ${id}`, friends: Array.from({ length: 5 }, (_, i) => Number(id) + i) }
}

import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
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
import { mainThreadCpu } from '../process-threads.js'

const processors: Record<string, () => SpanProcessor[]> = {
  'OpenTelemetry alone': () => [],
  'as many constant attributes': () => [new ConstantAttributes(14)],
  'attribution: false': () => [new ResourceSpanProcessor({ attribution: false })],
  'all on': () => [new ResourceSpanProcessor()],
  // Which may call back without announcing it, so that the end of each callback is noticed, too.
  'all on, a native addon loaded': () => {
    loadAddon()
    return [new ResourceSpanProcessor()]
  },
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
    run: (variant) =>
      measure(serve, (collectorPort) => processors[variant] && startTracing(processors[variant](), collectorPort)),
  }
}

export const httpThroughput = throughput('http-throughput', 'Express', serveExpress)
export const httpThroughputSlow = throughput('http-throughput-slow', 'Express', serveExpress, 1.5)
export const httpBare = throughput('http-bare', 'bare http', serveBare)
export const httpBareSlow = throughput('http-bare-slow', 'bare http', serveBare, 1.5)

/** What recording adds to `spanmeter/register`, at 1 kHz. */
export const recordedThroughput: Case = {
  name: 'recorded-throughput',
  title:
    'CPU of the JavaScript thread per request of a saturated Express service, and requests per second, recorded or not',
  variants: ['register', 'run'],
  baseline: 'register',
  repeats: 7,
  async run(variant) {
    const directory = mkdtempSync(join(tmpdir(), 'spanmeter-bench-'))
    // As `spanmeter run` has it.
    if (variant === 'run') Object.assign(process.env, { SPANMETER_RECORD_DIR: directory, SPANMETER_RUN: 'program' })
    require('spanmeter/register')
    try {
      return await measure(serveExpress, (collectorPort) => startTracing([], collectorPort))
    } finally {
      process.once('exit', () => rmSync(directory, { recursive: true }))
    }
  },
}

async function measure(
  serve: Serve,
  trace: (collectorPort: number) => NodeTracerProvider | undefined,
): Promise<Metric[]> {
  const client = fork(join(__dirname, '../load/http-client.js'))
  const messages = on(client, 'message')
  const next = async () => (await messages.next()).value[0] as Message
  const { collectorPort } = (await next()) as { collectorPort: number }
  const provider = trace(collectorPort)
  const { server, port } = await serve()
  client.send({ url: `http://127.0.0.1:${port}/users/7` })
  await next()
  const cpuBefore = mainThreadCpu()
  const end = await next()
  if (!('requests' in end) || end.failed > 0) throw new Error(`requests failed: ${JSON.stringify(end)}`)
  const cpuMs = mainThreadCpu() - cpuBefore
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

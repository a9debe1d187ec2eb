import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { join } from 'node:path'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import type { Case } from '../case.js'
import { serveTraced } from '../load/traced-service.js'
import { mainThreadCpu } from '../process-threads.js'

const { tracingOverhead } = require(
  join(__dirname, '../../../dist/overhead/tracing-overhead.js'),
) as typeof import('../../dist/overhead/tracing-overhead.js')

interface Variant {
  /** Whether contexts are handed on from callback to callback. */
  context?: boolean
  processors?: () => SpanProcessor[]
  measured?: boolean
}

const variants: Record<string, Variant> = {
  'no tracing': {},
  'no tracing, measured': { measured: true },
  'the context alone': { context: true },
  OpenTelemetry: { processors: () => [] },
  'OpenTelemetry, measured': { processors: () => [], measured: true },
  'OpenTelemetry and spanmeter, measured': { processors: () => [new ResourceSpanProcessor()], measured: true },
}

type Message = { collectorPort: number } | { state: 'begin' } | { state: 'end'; requests: number; failed: number }

/** Whether the measured cost of tracing is what tracing costs: the difference to the same service without it. */
export const tracingCost: Case = {
  name: 'tracing-cost',
  title: 'CPU of the JavaScript thread per request of a service with twenty spans a request; what was reported of it',
  variants: Object.keys(variants),
  repeats: 5,
  baseline: 'no tracing',
  async run(variant) {
    const { context: handedOn, processors, measured } = variants[variant]!
    const client = fork(join(__dirname, '../load/http-client.js'))
    const messages = on(client, 'message')
    const next = async () => (await messages.next()).value[0] as Message
    const { collectorPort } = (await next()) as { collectorPort: number }
    if (handedOn) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const provider = processors && trace(processors(), collectorPort)
    if (measured) tracingOverhead.acquire()
    const { server, port } = await serveTraced()
    client.send({ url: `http://127.0.0.1:${port}/` })
    await next()
    const before = { cpu: mainThreadCpu(), reported: reported() }
    const end = await next()
    if (!('requests' in end) || end.failed > 0) throw new Error(`requests failed: ${JSON.stringify(end)}`)
    const perRequest = (ms: number) => (1000 * ms) / end.requests
    const metrics = [{ metric: 'CPU', value: perRequest(mainThreadCpu() - before.cpu), unit: 'µs' }]
    if (measured) metrics.push({ metric: 'reported', value: perRequest(reported() - before.reported), unit: 'µs' })
    await provider?.shutdown()
    server.closeAllConnections()
    server.close()
    client.send('done')
    await once(client, 'exit')
    return metrics
  },
}

function reported(): number {
  return tracingOverhead.read()?.cpu.reduce((sum, { timeMs }) => sum + timeMs, 0) ?? 0
}

function trace(processors: SpanProcessor[], collectorPort: number): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${collectorPort}/v1/traces` })
  const batches = new BatchSpanProcessor(exporter, { maxQueueSize: 16_384, scheduledDelayMillis: 500 })
  const provider = new NodeTracerProvider({ spanProcessors: [...processors, batches] })
  provider.register()
  return provider
}

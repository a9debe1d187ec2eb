/** A service that traces by hand, one variant of it in a process of its own. Reports to its parent what each second cost. */
import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Tracer, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { AlwaysOnSampler, BatchSpanProcessor, NodeTracerProvider, type Sampler } from '@opentelemetry/sdk-trace-node'
import { OverheadSampler } from 'spanmeter/otel'
import type { ClientMessage, Outcome, Phase, Second, Variant } from './messages.js'

type Overhead = typeof import('../../dist/overhead/tracing-overhead.js')

const { tracingOverhead } = require('../../../dist/overhead/tracing-overhead.js') as Overhead
const stepsOfRequest = 9

async function main(variant: Variant, phases: Phase[]): Promise<void> {
  const client = fork(join(__dirname, 'client.js'))
  const messages = on(client, 'message')
  const next = async () => (await messages.next()).value[0] as ClientMessage
  const { collectorPort } = (await next()) as { collectorPort: number }
  const sampler = new OverheadSampler()
  const provider = register(collectorPort, variant === 'all sampled' ? new AlwaysOnSampler() : sampler)
  tracingOverhead.acquire()
  const tracer = trace.getTracer('service')

  let requests = 0
  let open = 0
  const server = createServer(async (_request, response) => {
    requests++
    open++
    response.end(await answer(tracer))
    open--
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  client.send({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, phases })

  const seconds: Second[] = []
  let perSecond = 0
  let before = { at: performance.now(), ms: tracingMs() }
  const timer = setInterval(() => {
    const now = { at: performance.now(), ms: tracingMs() }
    const tracing = (100 * (now.ms - before.ms)) / (now.at - before.at)
    seconds.push({ perSecond, requests, tracing, ratio: variant === 'all sampled' ? 1 : sampler.ratio })
    before = now
    requests = 0
  }, 1000)
  for (let message = await next(); 'perSecond' in message; message = await next()) ({ perSecond } = message)
  clearInterval(timer)
  // The client has hung up on the last ones.
  while (open > 0) await new Promise(setImmediate)
  await provider.shutdown()
  client.send('exported')
  const { spansOfTraces } = (await next()) as { spansOfTraces: number[] }
  await once(client, 'exit')
  server.close()
  process.send!({ seconds, spansOfTraces } satisfies Outcome)
  process.disconnect()
}

function register(collectorPort: number, sampler: Sampler): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${collectorPort}/v1/traces` })
  const spanProcessors = [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000 })]
  const provider = new NodeTracerProvider({ sampler, spanProcessors })
  provider.register()
  return provider
}

/** A span for the request and one for each of its steps. */
function answer(tracer: Tracer): Promise<string> {
  return tracer.startActiveSpan('request', { attributes: { 'app.tenant': 'a tenant' } }, async (request) => {
    request.setAttributes(attributesOf(0))
    const parts: string[] = []
    for (let step = 1; step <= stepsOfRequest; step++) {
      parts.push(
        await tracer.startActiveSpan(`step ${step}`, { attributes: { 'app.step': step } }, async (span) => {
          await new Promise(setImmediate)
          const part = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ id: i, step })))
          if (span.isRecording()) span.setAttributes(attributesOf(step))
          span.end()
          return part
        }),
      )
    }
    request.end()
    return parts.join()
  })
}

/** With the one at the start, as many as those of an HTTP span or a query. */
function attributesOf(step: number) {
  return {
    'app.region': 'europe-west',
    'app.retry': false,
    'app.rows': 100,
    'server.address': '127.0.0.1',
    'server.port': 5432,
    'db.system.name': 'postgresql',
    'db.namespace': 'customers',
    'db.operation.name': 'SELECT',
    'db.query.text': `SELECT id, name FROM users WHERE step = ${step} ORDER BY id LIMIT 100`,
  }
}

/** CPU time of tracing so far, in ms. */
function tracingMs(): number {
  return tracingOverhead.read()!.cpu.reduce((sum, { timeMs }) => sum + timeMs, 0)
}

main(process.argv[2] as Variant, JSON.parse(process.argv[3]!))

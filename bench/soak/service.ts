/**
 * A saturated `http` service with two spans a request and everything of ours on: all attributes, attribution, the metrics
 * of tracing, an endpoint for Prometheus, and threads that come and go. Its first argument is how many bytes of each
 * request it keeps for ever.
 */
import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { startPrometheusEndpoint } from 'spanmeter/prometheus'
import { loadAddon } from '../native.js'
import type { ClientMessage, Inside, ServiceMessage } from './messages.js'

const { mallocBytes } = loadAddon()
const kept: number[][] = []
let requests = 0
let workers = 0
let running = true

async function main(leak: number): Promise<void> {
  const client = fork(join(__dirname, 'client.js'), { execArgv: [] })
  const messages = on(client, 'message')
  const next = async () => (await messages.next()).value[0] as ClientMessage
  const { collectorPort } = (await next()) as { collectorPort: number }

  const monitor = createMonitor().start()
  const endpoint = await startPrometheusEndpoint({ port: 0 })
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${collectorPort}/v1/traces` })
  const batches = new BatchSpanProcessor(exporter, { maxQueueSize: 16_384, scheduledDelayMillis: 500 })
  const provider = new NodeTracerProvider({
    spanProcessors: [new ResourceSpanProcessor({ monitor, detail: 'full' }), batches],
  })
  provider.register()
  const server = await serve(leak)
  client.send({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
  const churn = startWorkers()

  tell({ metricsUrl: endpoint.url })
  for await (const [message] of on(process, 'message')) {
    if (message === 'stop') break
    tell({ inside: inside(monitor.health().memoryBytes) })
  }
  running = false
  await churn
  client.send('stop')
  const { failed } = (await next()) as { failed: number }
  if (failed > 0) throw new Error(`${failed} requests failed`)
  await provider.shutdown()
  await endpoint.stop()
  client.send('done')
  await once(client, 'exit')
  server.closeAllConnections()
  server.close()
  monitor[Symbol.dispose]()
  process.disconnect()
}

async function serve(leak: number) {
  const tracer = trace.getTracer('soak')
  const server = createServer((_request, response) => {
    requests++
    if (leak > 0) kept.push(new Array<number>(leak / 8).fill(requests))
    tracer.startActiveSpan('request', async (request) => {
      const user = await tracer.startActiveSpan('load', async (span) => {
        await new Promise(setImmediate)
        span.end()
        return { id: 7, name: 'user 7' }
      })
      response.end(JSON.stringify(user))
      request.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** One after the other, of which each third is terminated in the middle of its work. */
async function startWorkers(): Promise<void> {
  while (running) {
    const worker = new Worker(join(__dirname, 'worker.js'), { execArgv: [] })
    const exit = once(worker, 'exit')
    if (workers % 3 === 0) {
      await sleep(200)
      void worker.terminate()
    }
    await exit
    workers++
    await sleep(500)
  }
}

function inside(historyBytes: number): Inside {
  globalThis.gc!()
  return { requests, workers, heapBytes: process.memoryUsage().heapUsed, mallocBytes: mallocBytes(), historyBytes }
}

function tell(message: ServiceMessage): void {
  process.send!(message)
}

main(Number(process.argv[2]))

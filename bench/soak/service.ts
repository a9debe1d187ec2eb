/**
 * A service as `spanmeter/register` finds it: `http` with two spans a request, a provider that is deployed anew now and then,
 * threads that come and go. Its arguments are where its spans go, and how many bytes of each request it keeps for ever.
 */

import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { context, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { loadAddon } from '../native.js'
import { stepClock } from './clock.js'
import type { Inside, ServiceQuestion } from './messages.js'
import { answer } from './peer.js'
import { codeBytes, snapshotHeap } from './service-heap.js'

const { mallocBytes, trimMalloc } = loadAddon()
const [collector = '', leak = '0'] = process.argv.slice(2)
const leakBytes = Number(leak)
const kept: number[][] = []
let requests = 0
let workers = 0
let provider: NodeTracerProvider | undefined
const running = new Set<Promise<unknown>>()

async function main(): Promise<void> {
  await redeploy()
  const server = createServer((_request, response) => void respond(response))
  // A connection that was quiet while the process stood still is no reason for a client to see an error.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await answer<ServiceQuestion>(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, does)
  await Promise.all(running)
  server.closeAllConnections()
  server.close()
  await provider?.shutdown()
  process.disconnect()
}

function does(question: ServiceQuestion): unknown {
  switch (question.ask) {
    case 'sample':
      return inside()
    case 'snapshot':
      snapshotHeap(question.file)
      return codeBytes()
    case 'worker':
      return void startWorker(question.terminate)
    case 'redeploy':
      return redeploy()
    case 'clock':
      return stepClock(question.stepMs)
    case 'block':
      for (const end = performance.now() + question.ms; performance.now() < end; );
      return
    case 'descriptors':
      return openAll(question.ms)
    case 'stop':
      return
  }
}

async function respond(response: { end(text: string): void }): Promise<void> {
  requests++
  if (leakBytes > 0) kept.push(new Array<number>(leakBytes / 8).fill(requests))
  // Asked for each time, since the provider is not always the same.
  const tracer = trace.getTracer('soak')
  await tracer.startActiveSpan('request', async (request) => {
    const user = await tracer.startActiveSpan('load', async (span) => {
      await new Promise(setImmediate)
      if (requests % 50 === 0) span.recordException(new Error('no user 7'))
      span.end()
      return { id: 7, name: 'user 7' }
    })
    response.end(JSON.stringify(user))
    request.end()
  })
}

/** As a service does that reads its configuration anew: the old provider goes when the new one is there. */
async function redeploy(): Promise<void> {
  const old = provider
  const exporter = new OTLPTraceExporter({ url: collector })
  const batches = new BatchSpanProcessor(exporter, { maxQueueSize: 16_384, scheduledDelayMillis: 500 })
  provider = new NodeTracerProvider({ spanProcessors: [batches] })
  for (const api of [trace, context, propagation]) api.disable()
  provider.register()
  await old?.shutdown()
}

function startWorker(terminate: boolean): void {
  const worker = new Worker(join(__dirname, 'worker.js'))
  // Where there are no descriptors left, it cannot begin.
  worker.on('error', () => {})
  const exit = new Promise<unknown>((resolve) => worker.once('exit', resolve)).then(() => {
    workers++
    running.delete(exit)
  })
  running.add(exit)
  if (terminate) void sleep(200).then(() => worker.terminate())
}

async function openAll(ms: number): Promise<number> {
  const open: number[] = []
  try {
    for (;;) open.push(openSync('/dev/null', 'r'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error
  }
  await sleep(ms)
  for (const descriptor of open) closeSync(descriptor)
  return open.length
}

function inside(): Inside {
  globalThis.gc!()
  // How much of what was freed is resident is chance, and after a snapshot of the heap it is tens of megabytes.
  trimMalloc()
  const { heapUsed: heapBytes, external: externalBytes } = process.memoryUsage()
  return { requests, workers, heapBytes, codeBytes: codeBytes(), externalBytes, mallocBytes: mallocBytes() }
}

main()

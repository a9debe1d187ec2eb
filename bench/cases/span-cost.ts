import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { amount, type Case, type Metric, median } from '../case.js'
import { ConstantAttributes } from '../load/constant-attributes.js'

const spans = amount(10_000)
const sparseSpans = amount(400)
const rounds = 9
/** Between the edges of sparse spans: what is remembered from one edge to the next is out of date by then. */
const apartMs = 0.2

const processors: Record<string, () => SpanProcessor[]> = {
  off: () => [],
  'ten constant attributes': () => [new ConstantAttributes(10)],
  default: () => [new ResourceSpanProcessor()],
  full: () => [new ResourceSpanProcessor({ detail: 'full' })],
}

const nowhere: SpanExporter = {
  export: (_spans: ReadableSpan[], done) => done({ code: 0 }),
  shutdown: () => Promise.resolve(),
}

/** What a span costs from its start to its end, batching included, exporting to nowhere. */
export const spanCost = spanCostWith('span-cost', undefined, Object.keys(processors))
/** The same where the kernel is slower to call: on other virtual machines, and in sandboxes. */
export const spanCostSlow = spanCostWith('span-cost-slow', 1.5, ['off', 'ten constant attributes', 'default'])
export const spanCostSlower = spanCostWith('span-cost-slower', 6, ['off', 'ten constant attributes', 'default'])

function spanCostWith(name: string, slowSyscalls: number | undefined, variants: readonly string[]): Case {
  const slower = slowSyscalls === undefined ? '' : `, each system call ${slowSyscalls} µs slower`
  const title = `Time of starting and ending one span, with the processor and without${slower}`
  const how = slowSyscalls === undefined ? {} : { slowSyscalls }
  return { name, title, variants, repeats: 3, ...how, run: costOfSpan }
}

async function costOfSpan(variant: string): Promise<Metric[]> {
  const provider = new NodeTracerProvider({
    spanProcessors: [...processors[variant]!(), new BatchSpanProcessor(nowhere)],
  })
  const tracer = provider.getTracer('bench')
  const backToBack = await medianRound(() => {
    const begin = performance.now()
    for (let i = 0; i < spans; i++) tracer.startSpan('span').end()
    return (performance.now() - begin) / spans
  })
  // The median of single spans: over so long a time the machine also does other things.
  const sparse = await medianRound(() =>
    median(
      Array.from({ length: sparseSpans }, () => {
        const begin = wait()
        const span = tracer.startSpan('span')
        const started = performance.now()
        const end = wait()
        span.end()
        return started - begin + (performance.now() - end)
      }),
    ),
  )
  await provider.shutdown()
  return [
    { metric: 'back to back', value: backToBack, unit: 'µs' },
    { metric: `edges ${1000 * apartMs} µs apart`, value: sparse, unit: 'µs' },
  ]
}

/** In µs; the first round warms up. */
async function medianRound(round: () => number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i <= rounds; i++) {
    const time = round()
    if (i > 0) times.push(1000 * time)
    await sleep(20)
  }
  return median(times)
}

/** Keeps the thread busy, as a service's own work would; returns when it was over. */
function wait(): number {
  const until = performance.now() + apartMs
  for (;;) {
    const now = performance.now()
    if (now >= until) return now
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { type Case, median } from '../case.js'

const spans = 20_000
const rounds = 9

const nowhere: SpanExporter = {
  export: (_spans: ReadableSpan[], done) => done({ code: 0 }),
  shutdown: () => Promise.resolve(),
}

/** What a span costs from its start to its end, batching included, exporting to nowhere. */
export const spanCost: Case = {
  name: 'span-cost',
  title: 'Time of one span, started and ended at once, with the processor and without',
  variants: ['off', 'default', 'full'],
  repeats: 5,
  async run(variant) {
    const ours = variant === 'off' ? [] : [new ResourceSpanProcessor({ detail: variant as 'default' | 'full' })]
    const provider = new NodeTracerProvider({ spanProcessors: [...ours, new BatchSpanProcessor(nowhere)] })
    const tracer = provider.getTracer('bench')
    const times: number[] = []
    for (let round = 0; round <= rounds; round++) {
      const begin = performance.now()
      for (let i = 0; i < spans; i++) tracer.startSpan('span').end()
      if (round > 0) times.push(((performance.now() - begin) / spans) * 1000) // the first warms up
      await sleep(20)
    }
    await provider.shutdown()
    return [{ metric: 'time per span', value: median(times), unit: 'µs' }]
  },
}

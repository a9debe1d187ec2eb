import type { Attributes, Span, SpanOptions } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'

/** A real provider with the given processor in front of one that exports to memory. */
export class Tracing {
  readonly provider: NodeTracerProvider
  readonly processor: SpanProcessor
  readonly #exporter = new InMemorySpanExporter()

  constructor(processor: SpanProcessor, sampler?: Sampler) {
    this.processor = processor
    const spanProcessors = [processor, new SimpleSpanProcessor(this.#exporter)]
    this.provider = new NodeTracerProvider({ spanProcessors, ...(sampler && { sampler }) })
  }

  start(options?: SpanOptions): Span {
    return this.provider.getTracer('test').startSpan('work', options)
  }

  /** The attributes of a span that did this. */
  async attributes(work: (span: Span) => unknown, options?: SpanOptions): Promise<Attributes> {
    const span = this.start(options)
    await work(span)
    span.end()
    return this.exported.at(-1)!.attributes
  }

  get exported(): readonly ReadableSpan[] {
    return this.#exporter.getFinishedSpans()
  }
}

import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-node'

/** Writes numbers that cost nothing to know: what the attributes themselves cost, and their way to the collector. */
export class ConstantAttributes implements SpanProcessor {
  readonly #attributes: Record<string, number>

  constructor(count: number) {
    this.#attributes = Object.fromEntries(Array.from({ length: count }, (_, i) => [`constant.attribute${i}`, i + 0.5]))
  }

  onStart(): void {}
  onEnding(span: Span): void {
    span.setAttributes(this.#attributes)
  }
  onEnd(): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

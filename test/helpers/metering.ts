import { context, diag, metrics, trace } from '@opentelemetry/api'
import { MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics'
import { SpanmeterMetricsInstrumentation, type SpanmeterMetricsInstrumentationConfig } from 'spanmeter/metrics'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { afterEach, expect, vi } from 'vitest'
import type { MetricName } from '../../dist/metrics/table.js'
import { Tracing } from './tracing'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
  for (const api of [metrics, trace, context, diag]) api.disable()
  vi.restoreAllMocks()
})

/** A reader that collects when it is asked to. */
export class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  async metrics(): Promise<Map<string, MetricData>> {
    const { resourceMetrics, errors } = await this.collect()
    expect(errors).toEqual([])
    return new Map(resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics.map((m) => [m.descriptor.name, m])))
  }

  /** The values of a counter or gauge, by that of their attribute. */
  async values(name: MetricName): Promise<Record<string, number>> {
    const points = (await this.metrics()).get(name)?.dataPoints ?? []
    return Object.fromEntries(
      points.map(({ attributes, value }) => [Object.values(attributes).join(' '), value as number]),
    )
  }

  async value(name: MetricName): Promise<number> {
    return Object.values(await this.values(name))[0]!
  }
}

/** A real meter provider with readers of this kind. */
export class Metering {
  readonly readers: readonly Reader[]
  readonly provider: MeterProvider

  constructor(readers = 1) {
    this.readers = Array.from({ length: readers }, () => new Reader())
    this.provider = new MeterProvider({ readers: [...this.readers] })
  }

  get reader(): Reader {
    return this.readers[0]!
  }
}

// Each is there until the end of the test.

export function newMetering(readers?: number): Metering {
  const metering = new Metering(readers)
  undo.push(() => metering.provider.shutdown())
  return metering
}

export function instrumentation(config?: SpanmeterMetricsInstrumentationConfig): SpanmeterMetricsInstrumentation {
  const made = new SpanmeterMetricsInstrumentation(config)
  undo.push(() => made.disable())
  return made
}

export function newTracing(): Tracing {
  const tracing = new Tracing(new ResourceSpanProcessor())
  tracing.provider.register()
  undo.push(() => tracing.provider.shutdown())
  return tracing
}

/** Sets up tracing and metrics. Loaded with `--require`, because instrumentation must be in place before libraries are. */

import { DiagConsoleLogger, DiagLogLevel, diag, metrics } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.ERROR)

const resource = resourceFromAttributes({
  [ATTR_SERVICE_NAME]: process.env.OTEL_SERVICE_NAME ?? 'order-service',
  'service.instance.id': process.env.INSTANCE ?? String(process.pid),
})

// To whoever started the service, who shows the spans, and to the user's own collector. Short timeouts: one that is down
// must not hold up the end.
const own = process.env.ORDERS_RECEIVER_URL
const urls = [own ? { url: own } : undefined, process.env.OTEL_EXPORTER_OTLP_ENDPOINT ? {} : undefined]
const exporters = urls
  .filter((options) => options !== undefined)
  .map((options) => new OTLPTraceExporter({ ...options, timeoutMillis: 2000 }))
const batches = { scheduledDelayMillis: 500, maxQueueSize: 16_384, exportTimeoutMillis: 2000 }

const tracerProvider = new NodeTracerProvider({
  resource,
  spanProcessors: exporters.map((exporter) => new BatchSpanProcessor(exporter, batches)),
})
tracerProvider.register()

/** Answers a scrape; it has no server of its own. */
export const prometheus = new PrometheusExporter({ preventServerStart: true })
const meterProvider = new MeterProvider({ resource, readers: [prometheus] })
metrics.setGlobalMeterProvider(meterProvider)
// Of the machine, beside those of the process.
new HostMetrics({ meterProvider }).start()

registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({
      // The only outgoing requests are those of the exporters.
      disableOutgoingRequestInstrumentation: true,
      ignoreIncomingRequestHook: ({ url }) => url === '/metrics' || url === '/health',
    }),
    new ExpressInstrumentation({
      ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.REQUEST_HANDLER, ExpressLayerType.ROUTER],
    }),
    new KafkaJsInstrumentation(),
    new IORedisInstrumentation(),
  ],
})

/** Sends what is left. Does not reject: a service ends also without its collector. */
export async function shutDownTelemetry(): Promise<void> {
  await Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()])
}

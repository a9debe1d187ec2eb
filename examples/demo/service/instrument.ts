/** Sets up tracing. Loaded with `--require`, because instrumentation must be in place before express is loaded. */

import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { startPrometheusEndpoint } from 'spanmeter/prometheus'
import { startRecording } from 'spanmeter/record'
import { RECEIVER_URL, SCRATCH_FOLDER } from './messages'

// Without a logger a failing export would go unnoticed.
diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.ERROR)

export const monitor = createMonitor({ periodMs: 1, maxOverheadPercent: 0 }).start()
const jsMonitor = createMonitor({ periodMs: 1, backend: 'js' }).start()
/** For the page with charts that the demo writes at its end. */
export const recording = startRecording({ directory: process.env[SCRATCH_FOLDER]!, monitor })

const toReceiver = new OTLPTraceExporter({ url: process.env[RECEIVER_URL]! })
const processors = [new BatchSpanProcessor(toReceiver, { scheduledDelayMillis: 1000, maxQueueSize: 8192 })]
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  // Finds the endpoint, and headers for it, in the environment. Short timeouts: an endpoint that is down must not
  // hold up the end of the demo.
  const toUser = new OTLPTraceExporter({ timeoutMillis: 2000 })
  processors.push(new BatchSpanProcessor(toUser, { maxQueueSize: 8192, exportTimeoutMillis: 2000 }))
}

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'spanmeter-demo' }),
  sampler: new AlwaysOnSampler(),
  // The same spans twice, so that the reader can lay what a JavaScript timer saw beside what the native thread saw.
  spanProcessors: [
    new ResourceSpanProcessor({ monitor }),
    new ResourceSpanProcessor({ monitor: jsMonitor, prefix: 'js' }),
    ...processors,
  ],
})
provider.register()

registerInstrumentations({
  instrumentations: [
    // The only outgoing requests are the exporter's.
    new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
    // It still gives the server span its route; spans of every layer would repeat that span's numbers.
    new ExpressInstrumentation({
      ignoreLayersType: [ExpressLayerType.MIDDLEWARE, ExpressLayerType.REQUEST_HANDLER, ExpressLayerType.ROUTER],
    }),
  ],
})

if (process.env.SPANMETER_PROMETHEUS_PORT) {
  startPrometheusEndpoint({ port: Number(process.env.SPANMETER_PROMETHEUS_PORT) }).catch((error) => {
    console.error(`warning: ${error.message}`)
  })
}

export async function shutDownTracing(): Promise<void> {
  try {
    await provider.forceFlush()
  } finally {
    await provider.shutdown()
    recording.stop()
    jsMonitor.stop()
    monitor.stop()
  }
}

import { propagation, trace } from '@opentelemetry/api'
import pino from 'pino'
import { CORRELATION_KEY } from './correlation'

/** Lines of JSON on stdout, each with the trace and the correlation id that it belongs to. */
export const log = pino({
  base: { service: process.env.INSTANCE ?? process.env.OTEL_SERVICE_NAME },
  timestamp: pino.stdTimeFunctions.isoTime,
  mixin() {
    const span = trace.getActiveSpan()?.spanContext()
    const correlationId = propagation.getActiveBaggage()?.getEntry(CORRELATION_KEY)?.value
    return {
      ...(span && { trace_id: span.traceId, span_id: span.spanId }),
      ...(correlationId !== undefined && { correlation_id: correlationId }),
    }
  },
})

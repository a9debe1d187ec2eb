import { context, propagation } from '@opentelemetry/api'

/** In the baggage, which goes with the trace context through the headers of HTTP and Kafka. */
export const CORRELATION_KEY = 'correlation.id'

/** Runs `work` so that it, and whatever it calls in other services, knows the correlation id. */
export function withCorrelationId<T>(id: string, work: () => T): T {
  const baggage = propagation.getActiveBaggage() ?? propagation.createBaggage()
  return context.with(propagation.setBaggage(context.active(), baggage.setEntry(CORRELATION_KEY, { value: id })), work)
}

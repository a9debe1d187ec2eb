import { metrics } from '@opentelemetry/api'

const meter = metrics.getMeter('orders')

export type Outcome = 'accepted' | 'rejected' | 'unavailable' | 'done' | 'duplicate' | 'dead_letter'

const orders = meter.createCounter('orders', { description: 'Orders by what became of them in this service' })
const values = meter.createHistogram('orders.value', {
  description: 'Value of the orders that were stored',
  unit: 'EUR',
  advice: { explicitBucketBoundaries: [10, 30, 100, 300, 1000, 3000, 10_000] },
})
const durations = meter.createHistogram('orders.duration', {
  description: 'From when an order was accepted until this service was done with it',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.05, 0.1, 0.3, 1, 3, 10, 30, 100] },
})

export function countOrder(outcome: Outcome): void {
  orders.add(1, { outcome })
}

export function recordValue(euros: number): void {
  values.record(euros)
}

/** `acceptedAt` in ms since the Unix epoch. */
export function recordDuration(acceptedAt: number): void {
  durations.record(Math.max(0, Date.now() - acceptedAt) / 1000)
}

import { z } from 'zod'
import { workloadRequest } from '../workload/choose'

/** An order as it is sent to the API. */
export const orderRequest = z.strictObject({
  /** Chosen by the client, who may then send the order again. Default: one that the API makes. */
  id: z.uuid().optional(),
  /** Orders of one customer stay in order: this is the key of the messages. */
  customer: z.string().min(1).max(100),
  items: z
    .array(
      z.strictObject({
        sku: z.string().min(1).max(100),
        quantity: z.int().min(1).max(1000),
        /** In euros, each. */
        price: z.number().min(0).max(1_000_000),
      }),
    )
    .min(1)
    .max(100),
  workload: workloadRequest.default({}),
})

/** An order as it goes from service to service. */
export const order = orderRequest.extend({
  id: z.uuid(),
  /** In ms since the Unix epoch. */
  acceptedAt: z.number(),
  /** In euros, added by processing. */
  total: z.number().optional(),
})

export type OrderRequest = z.input<typeof orderRequest>
export type Order = z.infer<typeof order>

export const topics = {
  orders: 'orders',
  processed: 'processed-orders',
  notified: 'notified-orders',
  /** Messages that could not be worked on in three tries. */
  deadLetters: 'dead-letters',
} as const

/** In Redis. */
export const keys = {
  /** A hash of what analytics knows of each order, by id. */
  stored: 'orders:stored',
  /** Whether a service is done with an order. */
  done: (service: string, id: string) => `orders:done:${service}:${id}`,
}

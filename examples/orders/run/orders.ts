import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderRequest } from '../services/order'
import type { OrdersWanted } from './options'

export type SentOrder = OrderRequest & { id: string }

/** An order that the API has taken. */
export interface Accepted {
  id: string
  traceId: string
  correlationId: string
  /** In ms since the Unix epoch. */
  sentAt: number
}

/** The same for the same options, but for their ids. */
export function makeOrders({ orders, seed, intensity, operation, headOfLine }: OrdersWanted): SentOrder[] {
  if (headOfLine) return headOfLineOrders()
  return Array.from({ length: orders }, (_, i) => ({
    id: randomUUID(),
    ...contents(`${seed} ${i}`),
    workload: { seed: `${seed} ${i}`, ...(intensity && { intensity }), ...(operation && { operation }) },
  }))
}

/** A severe order, and five light ones of other customers that come right behind it. */
function headOfLineOrders(): SentOrder[] {
  const light = { api: 'json_processing', notification: 'redis_basic', analytics: 'redis_basic' } as const
  const order = (i: number, processing: 'extreme_cpu_computation' | 'redis_basic') => ({
    id: randomUUID(),
    ...contents(`head of line ${i}`),
    // By the hash of this key, the first and the fifth are in one of four partitions, and the others elsewhere.
    customer: `customer ${i}`,
    workload: { operation: { ...light, processing } },
  })
  return [order(0, 'extreme_cpu_computation'), ...[1, 2, 3, 4, 5].map((i) => order(i, 'redis_basic'))]
}

function contents(seed: string): Omit<OrderRequest, 'id'> {
  const [customer, sku, quantity, price] = createHash('sha256').update(seed).digest() as unknown as [
    number,
    number,
    number,
    number,
  ]
  const item = { sku: `sku-${sku % 50}`, quantity: 1 + (quantity % 5), price: 5 + price / 2 }
  return { customer: `customer ${customer % 10}`, items: [item] }
}

export interface Sent {
  accepted: readonly Accepted[]
  /** Why each of the others was not taken until there was no more time. */
  untaken: readonly string[]
}

/**
 * Sends orders at a rate, which the answers do not slow down. One that is not taken is sent again until `signal` is
 * aborted; one that is refused is an error.
 */
export async function sendOrders(
  api: () => string,
  orders: readonly SentOrder[],
  perSecond: number,
  signal: AbortSignal,
): Promise<Sent> {
  const begin = performance.now()
  const sending = orders.map(async (order, i) => {
    await sleep(begin + (1000 * i) / perSecond - performance.now(), undefined, { signal }).catch(() => {})
    return send(api, order, signal)
  })
  const results = await Promise.all(sending)
  return {
    accepted: results.filter((result) => typeof result !== 'string'),
    untaken: results.filter((result) => typeof result === 'string'),
  }
}

/** Resolves to the reason where it was not taken. */
async function send(api: () => string, order: SentOrder, signal: AbortSignal): Promise<Accepted | string> {
  const sentAt = Date.now()
  let reason = 'there was no time for it'
  for (; !signal.aborted; await sleep(300, undefined, { signal }).catch(() => {})) {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(order), signal }
    try {
      const response = await fetch(`${api()}/order`, init)
      const answer = (await response.json()) as Omit<Accepted, 'sentAt'> & { error?: string }
      if (response.status === 202) return { ...answer, sentAt }
      reason = `${response.status}: ${answer.error}`
      if (response.status < 500) throw new Refused(`the API refused an order, ${reason}`)
    } catch (error) {
      if (error instanceof Refused) throw error
      if (!signal.aborted) reason = (error as Error).message
    }
  }
  return reason
}

class Refused extends Error {}

import Redis from 'ioredis'
import { keys } from '../services/order'

export interface Stored {
  id: string
  /** When the API took it, in ms since the Unix epoch. */
  acceptedAt: number
  /** When analytics was done with it, in ms since the Unix epoch. */
  at: number
}

/** What arrived at the end of the pipeline. */
export class StoredOrders {
  readonly #redis: Redis

  constructor(url: string) {
    this.#redis = new Redis(url, { retryStrategy: () => 200, maxRetriesPerRequest: null })
    // The services say so.
    this.#redis.on('error', () => {})
  }

  /** Those of these orders that were stored. */
  async of(ids: readonly string[]): Promise<Stored[]> {
    if (ids.length === 0) return []
    const values = await this.#redis.hmget(keys.stored, ...ids)
    return values.flatMap((value, i) => (value === null ? [] : [{ ...(JSON.parse(value) as Stored), id: ids[i]! }]))
  }

  stop(): void {
    this.#redis.disconnect()
  }
}

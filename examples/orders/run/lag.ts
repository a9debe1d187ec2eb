import { type Admin, Kafka, logLevel } from 'kafkajs'
import { topics } from '../services/order'

/** Who reads what. */
const readers = { processing: topics.orders, notification: topics.processed, analytics: topics.notified } as const
export type Reader = keyof typeof readers
export const readerNames = Object.keys(readers) as Reader[]

export interface Lag {
  /** Messages that are in the topic and whose offsets are not committed. */
  now: Record<Reader, number>
  highest: Record<Reader, number>
}

/** Watches how far the consumer groups are behind. */
export class LagWatch {
  readonly #admin: Admin
  #highest = zeros()

  private constructor(admin: Admin) {
    this.#admin = admin
  }

  static async start(brokers: string): Promise<LagWatch> {
    const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    return new LagWatch(admin)
  }

  async read(): Promise<Lag> {
    const lags = await Promise.all(readerNames.map((reader) => this.#lagOf(reader)))
    const now = Object.fromEntries(readerNames.map((reader, i) => [reader, lags[i]!])) as Record<Reader, number>
    for (const reader of readerNames) this.#highest[reader] = Math.max(this.#highest[reader], now[reader])
    return { now, highest: { ...this.#highest } }
  }

  /** Forgets what was highest. */
  reset(): void {
    this.#highest = zeros()
  }

  /** How many messages were given up so far. */
  async deadLetters(): Promise<number> {
    const ends = await this.#admin.fetchTopicOffsets(topics.deadLetters)
    return ends.reduce((sum, { high }) => sum + Number(high), 0)
  }

  stop(): Promise<void> {
    return this.#admin.disconnect()
  }

  async #lagOf(reader: Reader): Promise<number> {
    const topic = readers[reader]
    const [ends, committed] = await Promise.all([
      this.#admin.fetchTopicOffsets(topic),
      this.#admin.fetchOffsets({ groupId: reader, topics: [topic] }),
    ])
    const offsets = new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    return ends.reduce((sum, { partition, high, low }) => {
      const offset = offsets.get(partition) ?? -1
      // -1: nothing was committed yet.
      return sum + Number(high) - (offset < 0 ? Number(low) : offset)
    }, 0)
  }
}

export function noLag(): Lag {
  return { now: zeros(), highest: zeros() }
}

function zeros(): Record<Reader, number> {
  return { processing: 0, notification: 0, analytics: 0 }
}

import Redis from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { topics } from '../services/order'

/** Rejects with a sentence for the user where there is no Kafka. Makes the topics where they are missing. */
export async function checkKafka(brokers: string): Promise<void> {
  const retry = { retries: 2, initialRetryTime: 200 }
  const kafka = new Kafka({ brokers: brokers.split(','), retry, connectionTimeout: 2000, logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  try {
    await admin.connect()
    // The mock broker cannot, and makes them when they are used.
    await admin
      .createTopics({ topics: Object.values(topics).map((topic) => ({ topic, numPartitions: 4 })) })
      .catch(() => {})
  } catch (error) {
    throw new Error(`KAFKA_BROKERS: there is no Kafka at ${brokers}: ${(error as Error).message}`)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

/** Rejects with a sentence for the user where there is no Redis. */
export async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  let reason = ''
  redis.on('error', ({ message }: Error) => {
    reason = message
  })
  try {
    await redis.ping()
  } catch (error) {
    throw new Error(`REDIS_URL: there is no Redis at ${new URL(url).host}: ${reason || (error as Error).message}`)
  } finally {
    redis.disconnect()
  }
}

/** Kafka and Redis, as all services use them. */

import { setTimeout as sleep } from 'node:timers/promises'
import Redis from 'ioredis'
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'
import { log } from './log'
import type { Settings } from './settings'

/** `requestTimeout`: how long a request may take in ms, of which there are two tries; default: 30 s, of five. */
export function connectKafka({ KAFKA_BROKERS }: Settings, requestTimeout?: number): Kafka {
  return new Kafka({
    brokers: KAFKA_BROKERS,
    clientId: process.env.OTEL_SERVICE_NAME ?? 'orders',
    connectionTimeout: 2000,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: requestTimeout === undefined ? 4 : 1 },
    ...(requestTimeout !== undefined && { requestTimeout }),
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, error } = entry.log
      log[entry.level <= logLevel.ERROR ? 'error' : 'warn']({ kafka: entry.namespace, error }, message)
    },
  })
}

/** `maxWaitMs`: how long a command waits for a server that is gone; default: until it is there again. */
export function connectRedis({ REDIS_URL }: Settings, maxWaitMs?: number): Redis {
  const redis = new Redis(REDIS_URL, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 1000),
    ...(maxWaitMs !== undefined && { commandTimeout: maxWaitMs }),
  })
  let isReachable = true
  redis.on('error', (error) => {
    // Once for each outage, not for each try.
    if (isReachable) log.error(`Redis cannot be reached at ${hostOf(REDIS_URL)}: ${error.message}; trying again`)
    isReachable = false
  })
  redis.on('ready', () => {
    if (!isReachable) log.info('Redis is there again')
    isReachable = true
  })
  return redis
}

export function makeProducer(kafka: Kafka): Producer {
  return kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
}

/** Calls `connect` until it succeeds, or `signal` is aborted. Says once what is missing. */
export async function untilConnected(what: string, connect: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      return await connect()
    } catch (error) {
      if (attempt === 1) log.error(`${what} cannot be reached: ${(error as Error).message}; trying again`)
      await sleep(1000, undefined, { signal }).catch(() => {})
    }
  }
}

/** Without a password. */
function hostOf(url: string): string {
  return new URL(url).host
}

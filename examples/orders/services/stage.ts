/** A service that reads orders from a topic, works on each once, and hands them on. */

import { tmpdir } from 'node:os'
import type { Span } from '@opentelemetry/api'
import type Redis from 'ioredis'
import type { Consumer, EachMessagePayload } from 'kafkajs'
import { configFrom, type ServiceName } from '../workload/config'
import { WorkloadSimulator } from '../workload/simulator'
import { patientRoundRobin } from './assigner'
import { connectKafka, connectRedis, makeProducer, untilConnected } from './connections'
import { MessageHandler } from './message-handler'
import type { Order } from './order'
import { observe, serve } from './service'
import { settingsFrom } from './settings'

export interface StageContext {
  redis: Redis
  simulator: WorkloadSimulator
}

export interface Stage {
  name: ServiceName
  /** Of the span around all of the work on an order. */
  span: string
  from: string
  /** Undefined where orders end. */
  to?: string
  /** Returns the order as it is handed on. Throws if it cannot be worked on. */
  work(order: Order, context: StageContext, span: Span): Promise<Order>
}

export async function runStage(stage: Stage): Promise<void> {
  const settings = settingsFrom(process.env)
  const redis = connectRedis(settings)
  const kafka = connectKafka(settings)
  const producer = makeProducer(kafka)
  const consumer = kafka.consumer({
    groupId: stage.name,
    partitionAssigners: [patientRoundRobin],
    sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
    heartbeatInterval: 500,
    // How long the broker may wait for messages; a short time suits brokers that do not wake up for new ones.
    maxWaitTimeInMs: 100,
    metadataMaxAge: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2000 },
  })
  const simulator = new WorkloadSimulator(stage.name, configFrom(process.env), { redis, folder: tmpdir() })
  const handler = new MessageHandler(stage, { redis, simulator }, producer)
  const ending = new AbortController()
  const ready = await serve(settings, observe, [
    async () => ending.abort(),
    () => consumer.disconnect(),
    () => producer.disconnect(),
    async () => redis.disconnect(),
  ])
  // A consumer that has given up for good is of no use: whoever looks after the service starts it again.
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) process.exit(1)
  })
  // Each time that the group is shared out anew; who waits for it hears of the first.
  consumer.on(consumer.events.GROUP_JOIN, ready)
  await untilConnected(
    `Kafka at ${settings.KAFKA_BROKERS}`,
    async () => {
      await producer.connect()
      await consumer.connect()
      await consumer.subscribe({ topics: [stage.from], fromBeginning: true })
    },
    ending.signal,
  )
  if (!ending.signal.aborted) await consume(consumer, handler)
}

/** An offset is committed once its message has been handled. */
function consume(consumer: Consumer, handler: MessageHandler): Promise<void> {
  return consumer.run({
    autoCommitThreshold: 1,
    // Those of the mock broker. Messages of one partition are handled one after the other.
    partitionsConsumedConcurrently: 4,
    eachMessage: (payload) => whileBeating(payload, () => handler.handle(payload.message)),
  })
}

/** Shows that the service is alive while it waits, as long as its event loop gets to it. */
async function whileBeating({ heartbeat }: EachMessagePayload, work: () => Promise<void>): Promise<void> {
  // What is wrong with the group, the consumer itself finds out after the message.
  const beats = setInterval(() => heartbeat().catch(() => {}), 500)
  try {
    await work()
  } finally {
    clearInterval(beats)
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type Span, trace } from '@opentelemetry/api'
import type { KafkaMessage, Producer } from 'kafkajs'
import { issuesOf } from '../workload/config'
import { countOrder, recordDuration } from './business-metrics'
import { log } from './log'
import { keys, type Order, order as orderSchema, topics } from './order'
import type { Stage, StageContext } from './stage'
import { traced } from './traced'

const TRIES = 3
const DONE_SECONDS = 24 * 3600

/**
 * Handles messages that come at least once: an order that this service is done with is passed over, one that cannot be
 * worked on in three tries goes to the dead letters.
 */
export class MessageHandler {
  readonly #stage: Stage
  readonly #context: StageContext
  readonly #producer: Producer

  constructor(stage: Stage, context: StageContext, producer: Producer) {
    this.#stage = stage
    this.#context = context
    this.#producer = producer
  }

  async handle(message: KafkaMessage): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#try(message, attempt)
      } catch (error) {
        if (isOutage(error)) {
          // Not the fault of the message: it is kept until things are well again.
          attempt--
          log.error(`waits: ${(error as Error).message}`)
          await sleep(1000)
        } else if (attempt === TRIES) {
          return await this.#bury(message, error as Error)
        } else {
          log.warn({ attempt }, `failed: ${(error as Error).message}`)
          await sleep(50 * attempt)
        }
      }
    }
  }

  #try(message: KafkaMessage, attempt: number): Promise<void> {
    const attributes = {
      'order.queue_ms': Math.max(0, Date.now() - Number(message.timestamp)),
      'order.attempt': attempt,
    }
    return traced(this.#stage.span, (span) => this.#work(message, span), attributes)
  }

  async #work(message: KafkaMessage, span: Span): Promise<void> {
    const order = parse(message)
    span.setAttribute('order.id', order.id)
    const { redis } = this.#context
    const done = keys.done(this.#stage.name, order.id)
    if ((await redis.exists(done)) === 1) {
      span.setAttribute('order.duplicate', true)
      countOrder('duplicate')
      log.info({ order: order.id }, 'came again: passed over')
      return
    }
    log.info({ order: order.id }, 'begins')
    const next = await this.#stage.work(order, this.#context, span)
    if (this.#stage.to !== undefined) {
      await this.#producer.send({
        topic: this.#stage.to,
        messages: [{ key: order.customer, value: JSON.stringify(next) }],
      })
    }
    // Only now: whatever happens before makes the order come again, and the next service passes over what it has had.
    await redis.set(done, '1', 'EX', DONE_SECONDS)
    countOrder('done')
    recordDuration(order.acceptedAt)
    log.info({ order: order.id }, 'done')
  }

  async #bury({ key, value }: KafkaMessage, error: Error): Promise<void> {
    trace.getActiveSpan()?.setAttribute('order.dead_letter', true)
    const headers = { service: this.#stage.name, topic: this.#stage.from, error: error.message.slice(0, 1000) }
    for (;;) {
      try {
        await this.#producer.send({ topic: topics.deadLetters, messages: [{ key, value, headers }] })
        break
      } catch (failure) {
        log.error(`waits: ${(failure as Error).message}`)
        await sleep(1000)
      }
    }
    countOrder('dead_letter')
    log.error(`given up after ${TRIES} tries, and put among the ${topics.deadLetters}: ${error.message}`)
  }
}

/** Throws what is wrong with it. */
function parse({ value }: KafkaMessage): Order {
  let content: unknown
  try {
    content = JSON.parse(String(value))
  } catch (error) {
    throw new Error(`the message is not JSON: ${(error as Error).message}`)
  }
  const { success, data, error } = orderSchema.safeParse(content)
  if (!success) throw new Error(`the message is not an order: ${issuesOf(error).join('; ')}`)
  return data
}

/** Whether Kafka or Redis is to blame. */
function isOutage(error: unknown): boolean {
  const { name } = error as Error
  return name.startsWith('KafkaJS') || name === 'ReplyError' || name === 'MaxRetriesPerRequestError'
}

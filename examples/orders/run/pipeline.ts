import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { OtlpReceiver } from '../../demo/otlp-receiver'
import { type ServiceName, serviceNames } from '../workload/config'
import { type Backing, MOCK_SESSION_MS, startKafka } from './kafka-broker'
import type { PipelineOptions } from './options'
import { checkKafka, checkRedis } from './reachable'
import { startRedis } from './redis-server'
import { ServiceProcess } from './service-process'

export interface PipelineSetup extends PipelineOptions {
  /** For logs and the data of Redis. */
  folder: string
  /** How long a service may take to be ready. */
  readyMs: number
  /** Loaded into each service. */
  imports: readonly string[]
  /** More variables for the environment of a service. */
  envFor?(instance: string): NodeJS.ProcessEnv
  announce(line: string): void
}

/** Kafka, Redis, the four services, and a receiver for their spans. */
export class Pipeline {
  readonly receiver: OtlpReceiver
  readonly kafkaAddress: string
  readonly redisAddress: string
  /** Rejects when a service cannot be kept running, or Kafka or Redis has ended. */
  readonly failed: Promise<never>
  readonly #setup: PipelineSetup
  readonly #backings: readonly Backing[]
  readonly #isMock: boolean
  readonly #services: ServiceProcess[] = []
  #isStopping = false
  #fail!: (error: Error) => void

  private constructor(
    setup: PipelineSetup,
    receiver: OtlpReceiver,
    kafka: Backing & { isMock: boolean },
    redis: Backing,
  ) {
    this.receiver = receiver
    this.kafkaAddress = kafka.address
    this.redisAddress = redis.address
    this.#setup = setup
    this.#backings = [kafka, redis]
    this.#isMock = kafka.isMock
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
    for (const { description, child } of this.#backings) {
      void child?.ended.then((end) => {
        if (!this.#isStopping) this.#fail(new Error(`${description} ${end}`))
      })
    }
  }

  static async start(setup: PipelineSetup): Promise<Pipeline> {
    for (const name of ['logs', 'redis']) mkdirSync(join(setup.folder, name), { recursive: true })
    const kafka = await startKafka(process.env)
    setup.announce(kafka.description)
    const redis = await startRedis(process.env, join(setup.folder, 'redis'))
    setup.announce(redis.description)
    await checkRedis(redis.address)
    await checkKafka(kafka.address)
    const pipeline = new Pipeline(setup, await OtlpReceiver.start(), kafka, redis)
    await Promise.race([Promise.all(serviceNames.map((name) => pipeline.#start(name, name))), pipeline.failed])
    return pipeline
  }

  get services(): readonly ServiceProcess[] {
    return this.#services
  }

  get api(): string {
    return this.#services.find(({ service }) => service === 'api')!.url
  }

  /** Resolves when all instances of it have their share of the partitions. */
  async addProcessing(count: number): Promise<void> {
    const before = this.#services.filter(({ service }) => service === 'processing').length
    const instances = Array.from({ length: count }, (_, i) => `processing-${before + i + 1}`)
    await Promise.all(instances.map((instance) => this.#start('processing', instance)))
  }

  /**
   * Lets the services finish, one after the other down the stream, and waits for their last spans. What has not ended by
   * `untilMs`, by `performance.now()`, is killed.
   */
  async stop(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.#isStopping = true
    for (const name of serviceNames) {
      await Promise.all(this.#services.filter(({ service }) => service === name).map((one) => one.stop(untilMs)))
    }
    await this.receiver.stop()
    await Promise.all(this.#backings.map(({ child }) => child?.stop(untilMs)))
  }

  async #start(service: ServiceName, instance: string): Promise<void> {
    const { folder, imports, announce, scale, port, envFor, readyMs } = this.#setup
    const env = {
      OTEL_SERVICE_NAME: service,
      KAFKA_BROKERS: this.kafkaAddress,
      REDIS_URL: this.redisAddress,
      ORDERS_RECEIVER_URL: this.receiver.tracesUrl,
      HOST: '127.0.0.1',
      PORT: `${service === 'api' ? port : 0}`,
      WORKLOAD_SCALE: `${scale}`,
      ...(this.#isMock && !process.env.KAFKA_SESSION_TIMEOUT_MS && { KAFKA_SESSION_TIMEOUT_MS: `${MOCK_SESSION_MS}` }),
      ...envFor?.(instance),
    }
    const logs = join(folder, 'logs', `${instance}.jsonl`)
    const started = await ServiceProcess.start({ service, instance, env, logs, imports, readyMs }, announce)
    started.failed.catch(this.#fail)
    this.#services.push(started)
  }
}

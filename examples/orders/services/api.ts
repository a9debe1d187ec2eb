import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { trace } from '@opentelemetry/api'
import express, { type ErrorRequestHandler, type Request } from 'express'
import { configFrom, issuesOf } from '../workload/config'
import { WorkloadSimulator } from '../workload/simulator'
import { countOrder } from './business-metrics'
import { connectKafka, connectRedis, makeProducer, untilConnected } from './connections'
import { withCorrelationId } from './correlation'
import { log } from './log'
import { type Order, orderRequest, topics } from './order'
import { observe, serve } from './service'
import { settingsFrom } from './settings'
import { traced } from './traced'

/** What is wrong with a request. */
class BadRequest extends Error {}

const MAX_BODY = 100_000
/** For Kafka and Redis. Clients are told rather than kept waiting. */
const WAIT_MS = 3000

const settings = settingsFrom(process.env)
const redis = connectRedis(settings, WAIT_MS)
const producer = makeProducer(connectKafka(settings, WAIT_MS))
const simulator = new WorkloadSimulator('api', configFrom(process.env), { redis, folder: tmpdir() })
const ending = new AbortController()

const app = express()
app.disable('x-powered-by')
app.get(['/health', '/metrics'], observe)
app.post('/order', express.json({ limit: MAX_BODY }), async (request, response) => {
  const correlationId = correlationIdOf(request)
  const order = await withCorrelationId(correlationId, () => traced('create_order', () => createOrder(request.body)))
  response.status(202).json({ id: order.id, correlationId, traceId: trace.getActiveSpan()?.spanContext().traceId })
})
app.use((_request, response) => {
  response.status(404).json({ error: 'there is POST /order, GET /health and GET /metrics' })
})
app.use(((error, _request, response, _next) => {
  const { status, message } = answerTo(error)
  log.warn({ status }, message)
  countOrder(status < 500 ? 'rejected' : 'unavailable')
  response.status(status).json({ error: message })
}) satisfies ErrorRequestHandler)

async function createOrder(body: unknown): Promise<Order> {
  const order = await traced('input_validation', () => validate(body))
  trace.getActiveSpan()?.setAttribute('order.id', order.id)
  await traced('audit_logging', async () => {
    await simulator.simulate(order.id, order.workload)
    log.info({ order: order.id, customer: order.customer }, 'accepted')
  })
  await producer.send({ topic: topics.orders, messages: [{ key: order.customer, value: JSON.stringify(order) }] })
  countOrder('accepted')
  return order
}

function validate(body: unknown): Order {
  if (body === undefined) throw new BadRequest('expected an order as JSON, with content-type: application/json')
  const { success, data, error } = orderRequest.safeParse(body)
  if (!success) throw new BadRequest(issuesOf(error).join('; '))
  return { ...data, id: data.id ?? randomUUID(), acceptedAt: Date.now() }
}

/** That of the client, if it is one that can go into headers and logs. */
function correlationIdOf(request: Request): string {
  const given = request.get('x-correlation-id')
  return given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID()
}

function answerTo(error: Error & { type?: string }): { status: number; message: string } {
  if (error instanceof BadRequest) return { status: 400, message: error.message }
  if (error.type === 'entity.too.large') return { status: 413, message: `an order may have ${MAX_BODY} bytes` }
  if (error.type === 'entity.parse.failed') return { status: 400, message: `not JSON: ${error.message}` }
  if (error.type?.startsWith('e') || error.type?.startsWith('charset')) return { status: 400, message: error.message }
  const missing = whoIsMissing(error)
  if (missing === undefined) return { status: 500, message: error.message }
  return { status: 503, message: `the order was not taken, try again: ${missing} does not answer (${error.message})` }
}

/** Who is to blame for an error; undefined: this service itself. */
function whoIsMissing({ name, message }: Error): string | undefined {
  if (name.startsWith('KafkaJS')) return 'Kafka'
  return name === 'ReplyError' || /^(Command timed out|Connection is closed)/.test(message) ? 'Redis' : undefined
}

async function main(): Promise<void> {
  const ready = await serve(settings, app, [
    async () => ending.abort(),
    () => producer.disconnect(),
    async () => redis.disconnect(),
  ])
  await untilConnected(`Kafka at ${settings.KAFKA_BROKERS}`, () => producer.connect(), ending.signal)
  if (!ending.signal.aborted) ready()
}

void main()

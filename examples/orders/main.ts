import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { LagWatch } from './run/lag'
import { minute, scaleFor, shareOfThread } from './run/minute'
import { type OrdersOptions, readOptions } from './run/options'
import { makeOrders } from './run/orders'
import { type Phase, runPhase } from './run/phase'
import { Pipeline } from './run/pipeline'
import { onSignals } from './run/signals'
import { StoredOrders } from './run/stored'
import { leaveOutWarningOfKafkajs } from './run/warnings'
import { writePage } from './show/page'
import { writeReports } from './show/reports'
import { sectionsOf } from './show/sections'

const folder = 'orders-report'
// By its place, since the example may be started from anywhere.
const spanmeter = pathToFileURL(require.resolve('spanmeter/register')).href

async function orders(options: OrdersOptions): Promise<number> {
  rmSync(folder, { recursive: true, force: true })
  for (const name of ['recordings', 'metrics']) mkdirSync(join(folder, name), { recursive: true })
  const announce = (line: string): void => console.log(line)
  const { port } = options
  const share = shareOfThread()
  const scale = options.scale ?? scaleFor(share)
  const readyMs = Math.max(minute.readyMs, 1000 * (options.timeout ?? 0))
  const pipeline = await Pipeline.start({ scale, port, folder, readyMs, imports: [spanmeter], envFor, announce })
  if (options.scale === undefined && scale < 1) {
    announce(`a thread gets ${Math.round(100 * share)} % of a core here: less work, as with --scale ${scale}`)
  }
  const stop = onceOnly(async () => {
    await saveMetrics(pipeline)
    await pipeline.stop(options.timeout === undefined ? minute.servicesMs : undefined)
  })
  onSignals(stop)
  if (options.serve) {
    console.log(`ready: POST ${pipeline.api}/order; Ctrl+C ends it`)
    return pipeline.failed
  }
  const sent = sendAll(pipeline, options).catch(async (error) => {
    // Of what has ended, its clients hear first.
    await sleep(1000)
    throw error
  })
  const phases = await Promise.race([sent, pipeline.failed])
  await stop()
  return show(phases, pipeline, options)
}

function envFor(instance: string): NodeJS.ProcessEnv {
  return { SPANMETER_RECORD_DIR: join(folder, 'recordings', instance) }
}

/** Once with one instance of processing, and again with as many as were asked for. */
async function sendAll(pipeline: Pipeline, options: OrdersOptions): Promise<(Phase & { instances: number })[]> {
  const lag = await LagWatch.start(pipeline.kafkaAddress)
  const stored = new StoredOrders(pipeline.redisAddress)
  const phases: (Phase & { instances: number })[] = []
  const { timeout, processing } = options
  const deadline = timeout === undefined ? minute.ordersMs : performance.now() + 1000 * timeout
  const inTime = (work: Promise<void>) =>
    Promise.race([work.then(() => true), sleep(deadline - performance.now(), false, { ref: false })])
  for (const instances of processing === 1 ? [1] : [1, processing]) {
    if (instances > 1) {
      const isReady = await inTime(pipeline.addProcessing(instances - 1))
      if (!isReady || deadline - performance.now() < minute.leastMs) break
    }
    const orders = makeOrders(options)
    const perSecond = options.headOfLine ? 1000 : options.rate
    console.log(`sending ${orders.length} orders${instances > 1 ? ` to ${instances} instances of processing` : ''}`)
    // One of two leaves time for the other.
    const isFirst = timeout === undefined && instances < processing
    const timeoutMs = Math.max(1000, deadline - performance.now() - (isFirst ? minute.phaseMs : 0))
    const phase = await runPhase({ orders, perSecond, timeoutMs, api: () => pipeline.api, lag, stored })
    console.log(
      `${phase.stored.length} of ${phase.accepted.length} orders were stored after ${phase.seconds.toFixed(1)} s`,
    )
    phases.push({ ...phase, instances })
  }
  stored.stop()
  await lag.stop()
  return phases
}

/** Returns the exit code. */
async function show(
  phases: readonly (Phase & { instances: number })[],
  { receiver }: Pipeline,
  { timeout, processing }: OrdersOptions,
): Promise<number> {
  const { spans, errors } = receiver
  const measured = phases.map((phase) => {
    const traces = new Set(phase.accepted.map(({ traceId }) => traceId))
    return { ...phase, spans: spans.filter(({ traceId }) => traces.has(traceId)) }
  })
  const sections = sectionsOf(measured)
  for (const { title, text } of sections) console.log(`\n${title}\n${text}`)
  writeFileSync(join(folder, 'spans.json'), `${JSON.stringify(spans, undefined, 1)}\n`)
  const { reports, unwritten } = await writeReports(folder, timeout === undefined ? minute.reportsMs : undefined)
  console.log(`\nreport: ${writePage(folder, sections, reports)}`)
  const wrong = [...new Set(errors)].map((error) => `spans could not be read: ${error}`)
  for (const path of unwritten) wrong.push(`there was no time for a report: npx spanmeter report ${path}`)
  for (const { accepted, untaken, stored, deadLetters } of phases) {
    if (untaken.length > 0) wrong.push(`${untaken.length} orders were not taken by the API: ${untaken[0]}`)
    const lost = accepted.length - stored.length
    const late = lost - deadLetters
    const within = timeout === undefined ? 'in time for a run of a minute' : `within ${timeout} s`
    if (late > 0) wrong.push(`${late} of ${accepted.length} orders were not stored ${within}: see --timeout`)
    if (deadLetters > 0) wrong.push(`${deadLetters} orders were given up: see the logs and the topic dead-letters`)
  }
  if (processing > 1 && phases.length === 1) {
    wrong.push(`there was no time for the same with ${processing} instances of processing: see --timeout`)
  }
  for (const line of wrong) console.error(`error: ${line}`)
  return wrong.length === 0 ? 0 : 1
}

/** What a Prometheus server would have got from each service. */
async function saveMetrics({ services }: Pipeline): Promise<void> {
  const save = async ({ instance, url }: (typeof services)[number]): Promise<void> => {
    const response = await fetch(`${url}/metrics`, { headers: { connection: 'close' } })
    writeFileSync(join(folder, 'metrics', `${instance}.txt`), await response.text())
  }
  // A service that is down has none.
  await Promise.allSettled(services.map(save))
}

function onceOnly(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => (result ??= work())
}

leaveOutWarningOfKafkajs()
orders(readOptions(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`error: ${error.message}`)
    process.exit(1)
  },
)

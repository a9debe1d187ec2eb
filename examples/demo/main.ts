import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Load, plannedRequests, type RouteLoad, startLoad } from './load'
import { OtlpReceiver } from './otlp-receiver'
import { writePage } from './page'
import { plan } from './plan'
import { startProgress } from './progress'
import { reading } from './reading'
import { writeReport } from './report'
import { ServiceProcess } from './service-process'
import { secondsFrom } from './settings'
import { sum } from './statistics'
import { spansOfRoute, summarize } from './summary'
import { terminalTable } from './table'
import { failures } from './verdict'
import { wrap } from './wrap'

async function demo(): Promise<void> {
  const seconds = secondsFrom(process.env.DEMO_SECONDS)
  const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-demo-'))
  // Retries, because a service that was just killed may still be finishing a write.
  atExit(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))

  const receiver = await OtlpReceiver.start()
  const service = new ServiceProcess(receiver.tracesUrl, scratch)
  atExit(() => service.kill())
  const base = await service.listening()

  const loads = await underLoad(base, seconds, service)
  const { health, recording, flushError } = await service.stop()
  if (flushError !== undefined) console.error(`warning: not every span could be exported: ${flushError}`)
  await receiver.stop()

  const spans = plan.flatMap((route) => spansOfRoute(receiver.spans, route.path))
  const rows = plan.map((route) => summarize(spans, route.path))
  const lines = reading(rows, spans, health)
  const wrong = failures(loads, spans, receiver.errors)
  const file = writeReport({ seconds, rows, reading: lines, health, failures: wrong, spans })

  console.log(`\n${terminalTable(rows)}\n`)
  for (const line of lines) console.log(wrap(line, 118))
  console.log(`\nreport: ${file}`)
  console.log(`page with charts: ${writePage(recording)}`)
  if (wrong.length > 0) throw new Error(wrong.map((line) => `- ${line}`).join('\n'))
}

async function underLoad(base: string, seconds: number, service: ServiceProcess): Promise<RouteLoad[]> {
  const total = sum(plan.map((route) => plannedRequests(route, seconds)))
  const progress = startProgress(total, seconds)
  const load: Load = startLoad(base, plan, seconds, progress.step)
  const death = service.ended.then((end) => Promise.reject(new Error(`the service ${end} under load`)))
  try {
    return await Promise.race([load.results, death])
  } finally {
    load.stop()
    progress.stop()
  }
}

/** Undoes things in reverse order on every way out: success, failure and signals. */
function atExit(undo: () => void): void {
  process.prependOnceListener('exit', undo)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

demo().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(`\nThe demo failed:\n${error.message}`)
    process.exit(1)
  },
)

import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Inside, Outside, Sample, ServiceMessage } from './messages.js'
import { report } from './report.js'
import { fewest } from './trend.js'

const usage = `npm run soak -- [--minutes N] [--every SECONDS] [--file FILE] [--leak BYTES]
  --minutes N       how long a saturated service runs with everything on; default 10
  --every SECONDS   from one sample to the next; default 1
  --file FILE       where each sample becomes a line of JSON; default build/soak.jsonl
  --leak BYTES      the service keeps so much of each request for ever, which must be noticed: a multiple of 8; default 0

Exits with 1 if a figure grew in the second half of the run.`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      every: { type: 'string', default: '1' },
      file: { type: 'string', default: join(__dirname, '../../soak.jsonl') },
      leak: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return void console.log(usage)
  const minutes = positive('--minutes', values.minutes)
  const every = positive('--every', values.every)
  const leak = Number(values.leak)
  if (!(leak >= 0 && leak % 8 === 0)) throw new Error(`--leak must be a multiple of 8, got '${values.leak}'\n${usage}`)
  const count = Math.floor((60 * minutes) / every)
  if (count < fewest) throw new Error(`too short: ${count} samples, and a trend takes at least ${fewest}\n${usage}`)

  const samples = await soak({ count, every, leak, file: values.file })
  const { text, growing } = report(samples)
  console.log(text)
  if (growing.length > 0) process.exitCode = 1
}

interface Soak {
  count: number
  every: number
  leak: number
  file: string
}

async function soak({ count, every, leak, file }: Soak): Promise<Sample[]> {
  const lines = openSync(file, 'w')
  const service = fork(join(__dirname, 'service.js'), [String(leak)], { execArgv: ['--expose-gc'] })
  const ended = once(service, 'exit')
  const messages = on(service, 'message', { close: ['exit'] })
  const next = async () => {
    const { value, done } = await messages.next()
    if (done) throw new Error('the service ended before its time')
    return value[0] as ServiceMessage
  }
  const { metricsUrl } = (await next()) as { metricsUrl: string }
  const begin = performance.now()
  const samples: Sample[] = []
  for (let i = 1; i <= count; i++) {
    await sleep(begin + 1000 * every * i - performance.now())
    await scrape(metricsUrl)
    service.send('sample')
    const { inside } = (await next()) as { inside: Inside }
    const seconds = Math.round(performance.now() - begin) / 1000
    const sample = { seconds, ...inside, ...outside(service) }
    samples.push(sample)
    writeSync(lines, `${JSON.stringify(sample)}\n`)
  }
  closeSync(lines)
  service.send('stop')
  const [code, signal] = await ended
  if (code !== 0) throw new Error(`the service failed: ${signal ?? `exit code ${code}`}`)
  return samples
}

async function scrape(url: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok || !(await response.text()).includes('process_cpu_percent')) throw new Error(`${url} has no metrics`)
}

function outside({ pid }: ChildProcess): Outside {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return {
    residentBytes: 1024 * number('VmRSS'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: number('Threads'),
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value)))
    throw new Error(`${name} must be a number above 0, got '${text}'\n${usage}`)
  return value
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { publish } from './publish.js'
import { reportOf, textOf } from './report.js'
import { readSamples } from './samples.js'
import { soak } from './soak.js'
import { fewest } from './trend.js'

const usage = `npm run soak -- [--hours N | --minutes N] [--rate N] [--every SECONDS] [--file FILE] [--leak BYTES] [--publish]
npm run soak -- --report FILE [--publish]
  --hours N, --minutes N  how long a service runs with everything on; default 10 minutes
  --rate N                requests a second; 0: as many as it answers; default 50
  --every SECONDS         from one sample to the next; default 1, and 10 from an hour on
  --file FILE             where each sample becomes a line of JSON; default build/soak.jsonl
  --leak BYTES            the service keeps so much of each request for ever, which must be noticed: a multiple of 8;
                          default 0
  --report FILE           runs nothing, and says what the samples of a file say, also while they are being taken
  --publish               writes bench/results/reliability/soak.json and docs/soak.svg

Exits with 1 if a figure grew in the second half of the run, or anything failed.`

const options = {
  hours: { type: 'string' },
  minutes: { type: 'string' },
  rate: { type: 'string', default: '50' },
  every: { type: 'string' },
  file: { type: 'string', default: join(__dirname, '../../soak.jsonl') },
  leak: { type: 'string', default: '0' },
  report: { type: 'string' },
  publish: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const

async function main(): Promise<void> {
  const { values } = parseArgs({ options })
  if (values.help) return void console.log(usage)
  if (values.report === undefined) await run(values)
  const soaked = readSamples(values.report ?? values.file)
  const count = soaked.samples.length
  if (count < fewest) {
    const why = soaked.failures.map(({ what }) => `: ${what}`).join('')
    throw new Error(`${count} samples, and a trend takes at least ${fewest}${why}`)
  }
  const report = reportOf(soaked)
  console.log(textOf(soaked, report))
  if (values.publish) publish(soaked, report)
  if (report.complaints.length > 0) process.exitCode = 1
}

interface RunValues {
  hours?: string | undefined
  minutes?: string | undefined
  every?: string | undefined
  rate: string
  leak: string
  file: string
}

async function run({ hours, minutes, every: distance, rate, leak, file }: RunValues): Promise<void> {
  if (hours !== undefined && minutes !== undefined) throw new Error(`--hours or --minutes, not both\n${usage}`)
  const total = hours === undefined ? 60 * positive('--minutes', minutes ?? '10') : 3600 * positive('--hours', hours)
  const every = positive('--every', distance ?? (total < 3600 ? '1' : '10'))
  const leakBytes = notNegative('--leak', leak)
  if (leakBytes % 8 !== 0) throw new Error(`--leak must be a multiple of 8, got '${leak}'\n${usage}`)
  const count = Math.floor(total / every)
  if (count < fewest) throw new Error(`too short: ${count} samples, and a trend takes at least ${fewest}\n${usage}`)
  await soak({ count, every, rate: notNegative('--rate', rate), leak: leakBytes, file })
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value)))
    throw new Error(`${name} must be a number above 0, got '${text}'\n${usage}`)
  return value
}

function notNegative(name: string, text: string): number {
  return text === '0' ? 0 : positive(name, text)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})

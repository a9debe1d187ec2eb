import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machineFacts } from '../machine.js'
import { writeResults } from '../report.js'
import type { Outcome, Phase, Variant } from './messages.js'
import { report } from './table.js'

const usage = `npm run bench:sampling -- [--seconds N] [--report]
  --seconds N   of each load: 40 requests a second, ten times as many, and 40 again, after ten seconds at the most of the
                high one to warm up; default 15
  --report      writes the table into docs/sampling.md`

const spansOfRequest = 10
const [low, high] = [40, 400] as const

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '15' }, report: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) return void console.log(usage)
  const seconds = Number(values.seconds)
  if (!(Number.isInteger(seconds) && seconds > 0)) throw new Error(`--seconds must be a whole number above 0\n${usage}`)
  const warmUp = { perSecond: high, seconds: Math.min(seconds, 10) }
  const phases = [warmUp, ...[low, high, low].map((perSecond) => ({ perSecond, seconds }))]

  const all = await run('all sampled', phases)
  const kept = await run('OverheadSampler', phases)
  for (const { spansOfTraces } of [all, kept]) {
    const parts = spansOfTraces.filter((spans) => spans !== spansOfRequest).length
    if (parts > 0 || spansOfTraces.length === 0) throw new Error(`${parts} of ${spansOfTraces.length} traces are parts`)
  }
  const text = report({ all, kept }, [low, high])
  console.log(text)
  if (!values.report) return
  const machine = Object.entries(machineFacts()).map(([name, value]) => `${name}: ${value}`)
  writeResults(join(__dirname, '../../../docs/sampling.md'), `${text}\n\nMachine: ${machine.join('; ')}.`)
}

async function run(variant: Variant, phases: Phase[]): Promise<Outcome> {
  const service = fork(join(__dirname, 'service.js'), [variant, JSON.stringify(phases)])
  const exit = once(service, 'exit')
  let outcome: Outcome | undefined
  service.once('message', (message) => {
    outcome = message as Outcome
  })
  const [code] = await exit
  if (outcome === undefined || code !== 0) throw new Error(`the service failed: ${variant}`)
  const warm = outcome.seconds.findIndex(({ perSecond }) => perSecond === low)
  return { ...outcome, seconds: outcome.seconds.slice(warm) }
}

main()

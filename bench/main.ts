import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Case, Result } from './case.js'
import { cases } from './cases/index.js'
import { goalTable, userTable } from './goal-tables.js'
import { machineFacts } from './machine.js'
import { page, table, writeResults } from './report.js'
import { runCase } from './run.js'

const usage = `npm run bench -- [--case NAME] [--repeats N] [--json FILE] [--report] [--smoke]
  --case NAME   only this case: ${cases.map(({ name }) => name).join(', ')}
  --repeats N   runs of each variant, instead of what the case asks for
  --json FILE   writes [{ case, variant, metric, value, unit }], the medians
  --report      writes the tables into bench/README.md, those of all cases into README.md too, and the raw results
                into bench/results/
  --smoke       each variant once, some cases side by side: shows that they run, and not what they measure`

const folder = join(__dirname, '../../bench')

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      case: { type: 'string' },
      repeats: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'boolean' },
      smoke: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return void console.log(usage)
  const wanted = values.case === undefined ? cases : cases.filter(({ name }) => name === values.case)
  if (wanted.length === 0) throw new Error(`no such case: '${values.case}'\n${usage}`)
  const repeats = values.repeats === undefined ? undefined : Number(values.repeats)
  if (repeats !== undefined && !(Number.isInteger(repeats) && repeats > 0)) {
    throw new Error(`--repeats must be a whole number above 0, got '${values.repeats}'`)
  }

  if (values.smoke) {
    process.env.BENCH_SMOKE = 'true'
    const shown = await smoke(wanted)
    return void console.log(`They ran, but side by side: these numbers mean nothing.\n\n${shown.join('\n\n')}`)
  }

  const results: Result[] = []
  const tables: string[] = []
  for (const one of wanted) {
    results.push(...(await runCase(one, repeats ?? one.repeats)))
    tables.push(table(one, results))
    console.log(`\n${tables.at(-1)}`)
  }
  if (values.json !== undefined) {
    const medians = results.map(({ runs, ...rest }) => rest)
    writeFileSync(values.json, `${JSON.stringify(medians, null, 2)}\n`)
  }
  if (values.report) {
    const machine = machineFacts()
    const whole = wanted === cases
    writeResults(join(folder, 'README.md'), page(machine, whole ? [goalTable(results), ...tables] : tables))
    if (whole) writeResults(join(folder, '../README.md'), userTable(results))
    mkdirSync(join(folder, 'results'), { recursive: true })
    writeFileSync(join(folder, 'results/latest.json'), `${JSON.stringify({ machine, results }, null, 2)}\n`)
  }
}

/** As many at once as leave each of them some of the machine. */
async function smoke(wanted: readonly Case[]): Promise<string[]> {
  const shown: string[] = []
  const left = wanted.entries()
  const lane = async () => {
    for (const [i, one] of left) shown[i] = table(one, await runCase(one, 1))
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane))
  return shown
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

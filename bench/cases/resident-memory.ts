import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { amount, type Case, type Metric, median } from '../case.js'
import type { Resident } from '../load/small-process.js'

const pairs = amount(10)

interface Process {
  flags: readonly string[]
  arguments: readonly string[]
}

const empty: Process = { flags: [], arguments: [] }
const traced: Process = { flags: [], arguments: ['traced'] }
const measured: Process = { flags: ['--require', 'spanmeter/register'], arguments: ['traced'] }

/** What is started, and what it is compared with. */
const variants: Record<string, [Process, Process]> = {
  'nothing more': [traced, traced],
  OpenTelemetry: [traced, empty],
  'spanmeter/register': [measured, traced],
}

/** What `spanmeter/register` adds to the resident set of a small process, after a hundred spans. */
export const residentMemory: Case = {
  name: 'resident-memory',
  title: `Resident memory of a process with a hundred spans, and of the same without, one after the other, ${pairs} times`,
  variants: Object.keys(variants),
  repeats: 3,
  async run(variant): Promise<Metric[]> {
    const [wanted, compared] = variants[variant]!
    const without: Resident[] = []
    const withIt: Resident[] = []
    for (let i = 0; i < pairs; i++) {
      without.push(residentOf(compared))
      withIt.push(residentOf(wanted))
    }
    const added = (part: keyof Resident) => median(withIt.map((resident, i) => resident[part] - without[i]![part]))
    return [
      { metric: 'without', value: median(without.map(({ all }) => all)) / 2 ** 20, unit: 'MB' },
      { metric: 'added', value: added('all') / 2 ** 20, unit: 'MB' },
      { metric: 'added, without pages of files', value: added('anonymous') / 2 ** 20, unit: 'MB' },
    ]
  },
}

function residentOf({ flags, arguments: given }: Process): Resident {
  const program = join(__dirname, '../load/small-process.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program, ...given], {
    cwd: join(__dirname, '../../..'),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

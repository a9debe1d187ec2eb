import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { damageText } from '../damage.js'
import type { Random } from '../random.js'
import { scratchFolder } from '../scratch.js'
import { promise, type Target } from '../target.js'
import { makeEnvironment } from './environment.js'

const folder = scratchFolder()
const register = resolve(__dirname, '../../../dist/register/index.js')
/** Comes to its end by itself, whatever is done beside it. */
const application = "setTimeout(() => process.stdout.write('done'), 20)"
const rules = 'rules:\n  - {name: busy, metric: cpu.percent, condition: greater_than, threshold: 90}\nfed: [a]\n'

interface Ended {
  code: number | string | null
  stdout: string
  stderr: string
}

function runApplication(environment: Readonly<Record<string, string>>): Promise<Ended> {
  const { PATH = '' } = process.env
  return new Promise((ended) => {
    const args = ['--require', register, '-e', application]
    const options = { env: { PATH, ...environment }, cwd: folder, timeout: 50_000 }
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      ended({ code: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr })
    })
  })
}

/** Of folders there are such that can be made and such that cannot, and of ports mostly any that is free. */
function placesIn(random: Random): Record<string, string> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'alerts.yaml'), random.chance(0.5) ? rules : damageText(random, rules))
  const directories = ['recordings', 'alerts.yaml/below', '/proc/none', folder, 'x'.repeat(300)]
  return {
    SPANMETER_RECORD_DIR: random.chance(0.5) ? '' : random.pick(directories),
    SPANMETER_ALERTS: random.pick(['', 'alerts.yaml', 'alerts.yaml', 'none.yaml', folder]),
    ...(random.chance(0.7) && { SPANMETER_PROMETHEUS_PORT: random.pick(['', '0', '1', '65535', 'x']) }),
  }
}

async function run(random: Random): Promise<void> {
  const { environment } = makeEnvironment(random)
  // No environment holds these.
  for (const [name, text] of Object.entries(environment)) environment[name] = text.replaceAll('\0', '')
  Object.assign(environment, placesIn(random))
  const { code, stdout, stderr } = await runApplication(environment)
  promise(code === 0 && stdout === 'done', 'the application does what it does alone', environment, code, stdout, stderr)
  for (const line of stderr.trimEnd().split('\n')) {
    const isWarning = line === '' || /^\(node:\d+\) Warning: spanmeter: |^\(Use `node --trace-warnings/.test(line)
    promise(isWarning, 'there are warnings in lines of their own', environment, stderr)
  }
  rmSync(folder, { recursive: true, force: true })
}

export const target: Target = {
  about: 'a process with register in such an environment',
  covers: [],
  run,
  end: () => rmSync(folder, { recursive: true, force: true }),
}

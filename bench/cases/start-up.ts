import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { amount, type Case, median } from '../case.js'

const pairs = amount(40)

/** An application as short as can be, and one that registers a tracer provider and ends a span. */
const empty = ''
const traced = `
  const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
  const provider = new NodeTracerProvider()
  provider.register()
  provider.getTracer('app').startSpan('work').end()`

const variants: Record<string, { flags: string[]; program: string }> = {
  'nothing more': { flags: [], program: empty },
  'an empty module by --import': { flags: ['--import', 'data:text/javascript,'], program: empty },
  '--import': { flags: ['--import', 'spanmeter/register'], program: empty },
  '--require': { flags: ['--require', 'spanmeter/register'], program: empty },
  '--require, with a tracer provider': { flags: ['--require', 'spanmeter/register'], program: traced },
}

/** What `spanmeter/register` adds to the time that a whole process takes, from its start to its end. */
export const startUp: Case = {
  name: 'start-up',
  title: `Time of a whole process with the flag and without, one after the other, ${pairs} times`,
  variants: Object.keys(variants),
  repeats: 3,
  async run(variant) {
    const { flags, program } = variants[variant]!
    time([], program)
    const plain: number[] = []
    const added: number[] = []
    for (let i = 0; i < pairs; i++) {
      // By turns first, so that neither finds the warmer caches.
      const first = i % 2 === 0 ? [] : flags
      const second = i % 2 === 0 ? flags : []
      const times = [time(first, program), time(second, program)] as const
      const [without, withFlag] = i % 2 === 0 ? times : [times[1], times[0]]
      plain.push(without)
      added.push(withFlag - without)
    }
    return [
      { metric: 'without', value: median(plain), unit: 'ms' },
      { metric: 'added', value: median(added), unit: 'ms' },
    ]
  },
}

function time(flags: readonly string[], program: string): number {
  const begin = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [...flags, '-e', program], {
    cwd: join(__dirname, '../../..'),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - begin
}

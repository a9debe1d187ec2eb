import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { context, trace } from '@opentelemetry/api'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { amount, type Case, median } from '../case.js'

const chains = 50
const awaits = amount(20_000)
const rounds = 7

/** How the awaiting chains share spans: they never turn to another, or at every await. */
const kinds = ['AsyncLocalStorage alone', 'all in one span', 'each in its own span'] as const

const ownMajor = Number(process.versions.node.split('.')[0])
const majors = [...new Set([ownMajor, 20, 24])].sort()

function nodeOf(name: string): string {
  const major = Number(/^Node\.js (\d+),/.exec(name)![1])
  return major === ownMajor
    ? process.execPath
    : join(__dirname, `../../../build/nodes/node_modules/node${major}/bin/node`)
}

/** What attribution adds to an await: the hook that looks whose turn it is, and the turn itself. */
export const awaitCost: Case = {
  name: 'await-cost',
  title: `Time of one await among ${chains} chains of them that run at once, in the context of OpenTelemetry`,
  variants: majors.flatMap((major) => kinds.map((kind) => `Node.js ${major}, ${kind}`)),
  repeats: 7,
  node: nodeOf,
  missing: (name) => (existsSync(nodeOf(name)) ? undefined : 'run `npm run nodes` first'),
  async run(name) {
    const attribution = !name.endsWith('AsyncLocalStorage alone')
    const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor({ attribution })] })
    provider.register()
    const times: number[] = []
    for (let i = 0; i <= rounds; i++) {
      const time = await round(!name.endsWith('all in one span'))
      if (i > 0) times.push(time)
    }
    await provider.shutdown()
    return [{ metric: 'per await', value: median(times), unit: 'ns' }]
  },
}

async function chain(): Promise<void> {
  for (let i = 0; i < awaits; i++) await null
}

async function round(ownSpans: boolean): Promise<number> {
  const tracer = trace.getTracer('bench')
  const open = () => {
    const span = tracer.startSpan('span')
    return { span, context: trace.setSpan(context.active(), span) }
  }
  const first = open()
  const spans = Array.from({ length: chains }, () => (ownSpans ? open() : first))
  const begin = performance.now()
  await Promise.all(spans.map((each) => context.with(each.context, chain)))
  const time = performance.now() - begin
  for (const { span } of new Set([first, ...spans])) span.end()
  return (1e6 * time) / chains / awaits
}

import { setTimeout as sleep } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { type AlertRule, type Alerts, createAlerts } from 'spanmeter/alerts'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { type Case, median } from '../case.js'
import { loadAddon } from '../native.js'

const metrics = ['cpu.percent', 'thread.percent', 'memory.bytes', 'loop.blocked_ms', 'wait.percent']
const quietMs = 5000
const busyMs = 5000
const rounds = 9
const turns = 200_000

/** What 100 rules cost a service: the looks, while it has work and while it has none, and the watch at each turn. */
export const alertsCost: Case = {
  name: 'alerts',
  title:
    'What 100 rules take of the JavaScript thread: of its time while it works without a pause, of CPU while nothing else runs, and of CPU for a turn of its event loop',
  variants: ['no rules', '100 quiet rules', '100 rules, half of them firing'],
  baseline: 'no rules',
  repeats: 5,
  async run(variant) {
    new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor()] }).register()
    const threshold = variant.startsWith('100 quiet') ? () => 1e15 : (i: number) => (i % 2 === 0 ? -1 : 1e15)
    const rules = variant === 'no rules' ? [] : Array.from({ length: 100 }, (_, i) => rule(i, threshold(i)))
    const alerts = createAlerts({ rules })
    // Until those that are to fire do.
    await sleep(2500)
    const { threadCpu } = loadAddon()
    const before = { ms: performance.now(), cpuMs: threadCpu() }
    await sleep(quietMs)
    const share = (100 * (threadCpu() - before.cpuMs)) / (performance.now() - before.ms)
    const busy = await shareOfBusyThread(alerts)
    const turn = await nanosecondsOfTurn()
    await alerts.close()
    return [
      // Without rules there are no looks.
      ...(rules.length > 0 ? [{ metric: 'busy', value: busy, unit: '% of the thread' }] : []),
      { metric: 'CPU', value: share, unit: '% of a core' },
      { metric: 'turn', value: turn, unit: 'ns' },
    ]
  },
}

function rule(i: number, threshold: number): AlertRule {
  return {
    ...{ name: `rule ${i}`, metric: metrics[i % metrics.length]!, condition: 'greater_than' },
    ...{ threshold: threshold + i / 1000, ...(i % 3 === 0 ? {} : { forMs: 1000, averageMs: 500 }) },
  }
}

/** Of a thread that works in spans of some milliseconds without a pause: what looks take, by their own account. */
async function shareOfBusyThread(alerts: Alerts): Promise<number> {
  const tracer = trace.getTracer('bench')
  const before = { ms: performance.now(), costMs: alerts.health().costMs }
  while (performance.now() < before.ms + busyMs) {
    tracer.startActiveSpan('request', (span) => {
      for (const endMs = performance.now() + 2; performance.now() < endMs; );
      span.end()
    })
    await new Promise(setImmediate)
  }
  return (100 * (alerts.health().costMs - before.costMs)) / (performance.now() - before.ms)
}

/** CPU time of one turn of the event loop that does nothing. */
async function nanosecondsOfTurn(): Promise<number> {
  const { threadCpu } = loadAddon()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begin = threadCpu()
    await new Promise<void>((resolve) => {
      let left = turns / rounds
      const turn = () => (--left > 0 ? setImmediate(turn) : resolve())
      turn()
    })
    times.push((1e6 * (threadCpu() - begin)) / (turns / rounds))
  }
  return median(times)
}

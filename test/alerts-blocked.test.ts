import { setTimeout as sleep } from 'node:timers/promises'
import { createMonitor } from 'spanmeter'
import { type Alert, createAlerts } from 'spanmeter/alerts'
import { describe, expect, test } from 'vitest'
import { askFixture } from './helpers/child'

interface Outcome {
  seen: {
    how: string
    state: string
    startedAt: string
    endedAt?: string
    durationMs: number
    peak: number
    spans: { name: string; traceId: string; spanId: string; selfMs?: number }[]
  }[]
  truth: Record<'beforeStartMs' | 'startMs' | 'endMs' | 'reportedMs' | 'seenByNextTurn' | 'wallAheadMs', number> & {
    culprit: { traceId: string; spanId: string }
    /** For how long the thread had waited for a CPU by then. */
    waitedMs: Record<'end' | 'reported', number>
  }
  loop: string
}

/** The time of day is known to a millisecond, and goes its own way from that of `performance.now()`. */
const clocksMs = 5

/** What is reported of the block: a busy machine may keep the thread from running for as long before it or after it. */
async function block(backend: string, ms = 400): Promise<Outcome> {
  const outcome = await askFixture<Outcome>('alerts/blocked.cjs', { args: [backend, String(ms)] })
  const { seen, truth } = outcome
  const isOfBlock = ({ startedAt, durationMs }: Outcome['seen'][number]) => {
    const startMs = Date.parse(startedAt)
    return Math.min(startMs + durationMs, truth.endMs) - Math.max(startMs, truth.startMs) > clocksMs
  }
  const seenByNextTurn = seen.slice(0, truth.seenByNextTurn).filter(isOfBlock).length
  return { ...outcome, seen: seen.filter(isOfBlock), truth: { ...truth, seenByNextTurn } }
}

interface Errors {
  /** How much of the time around the block nobody can say whether it is part of it: within that, the alert may be right. */
  unsureMs: number
  startMs: number
  durationMs: number
  arrivalMs: number
}

/** How far an alert is from the truth: it began after the script had ended, and before its first own line at the latest. */
function errorsOf({ seen: [alert], truth }: Outcome): Errors {
  const { beforeStartMs, startMs, endMs, reportedMs, wallAheadMs, waitedMs } = truth
  const [before, after] = [startMs - beforeStartMs, waitedMs.reported - waitedMs.end]
  const late = Date.parse(alert!.startedAt) - (startMs + wallAheadMs)
  const longer = alert!.durationMs - (endMs - startMs)
  return {
    unsureMs: before + after,
    startMs: Math.max(late, -late - before),
    durationMs: Math.max(-longer, longer - before - after),
    arrivalMs: reportedMs - endMs - after,
  }
}

const rounds = 5

describe('an event loop that is blocked in the first callback after the start', () => {
  test('is reported with its start, its duration and the span that did it, before the loop makes another callback', async () => {
    // Where the sampler has not had a CPU either by then, it is known a moment later.
    let outcome = await block('native')
    for (let i = 1; i < rounds && outcome.truth.seenByNextTurn < 3; i++) outcome = await block('native')
    const { seen, truth, loop } = outcome
    expect(seen.map(({ how, state }) => `${how} ${state}`)).toEqual([
      'channel firing',
      'event firing',
      'channel resolved',
    ])
    expect(loop).toBe('native')
    expect(truth.seenByNextTurn).toBe(3)
    const [alert] = seen
    // A busy machine may keep the thread from running at either end: so each time lies between what was read before and
    // after it. On a quiet one that is within a millisecond.
    const [startMs, endMs] = [Date.parse(alert!.startedAt), Date.parse(alert!.endedAt!)]
    expect(startMs).toBeGreaterThan(truth.beforeStartMs - clocksMs)
    expect(startMs).toBeLessThan(truth.startMs + clocksMs)
    expect(endMs).toBeGreaterThan(truth.endMs - clocksMs)
    expect(endMs).toBeLessThan(truth.reportedMs + clocksMs)
    expect(alert!.durationMs).toSatisfy((ms) => Math.abs(ms - (endMs - startMs)) <= clocksMs)
    expect(alert!.peak).toBe(alert!.durationMs)
    expect(alert!.spans.map(({ name }) => name)).toEqual(['culprit', 'waiting'])
    const [culprit, waiting] = alert!.spans
    expect(culprit).toMatchObject(truth.culprit)
    expect(culprit!.selfMs).toBeGreaterThan(10 * waiting!.selfMs!)
  })

  test('is known to 5 ms, its duration to 10 ms, and reported within 50 ms of its end', async () => {
    const all: Errors[] = []
    const isMet = ({ startMs, durationMs, arrivalMs }: Errors) => startMs <= 5 && durationMs <= 10 && arrivalMs <= 50
    const isClear = (errors: Errors) => errors.unsureMs < 1 && isMet(errors)
    while (all.length < rounds && !all.some(isClear)) all.push(errorsOf(await block('native')))
    // More than one of those in which the machine disturbed least: what the hypervisor takes nobody reports.
    const quietest = all.toSorted((a, b) => a.unsureMs - b.unsureMs).slice(0, 3)
    expect(quietest, JSON.stringify(all)).toSatisfy((errors: Errors[]) => errors.some(isMet))
  })

  test('is seen by the JavaScript sampler as well, whose timer knows its start less closely', async () => {
    const { seen, truth, loop } = await block('js')
    expect(loop).toBe('timer')
    expect(seen.map(({ how, state }) => `${how} ${state}`)).toEqual([
      'channel firing',
      'event firing',
      'channel resolved',
    ])
    const durationMs = truth.endMs - truth.startMs
    // It may begin a tick of its timer late.
    expect(seen[0]!.durationMs).toBeGreaterThan(durationMs - 20 - clocksMs)
  })

  test('is no alert if it is shorter than the threshold', async () => {
    // Where the machine made it longer, it is one.
    const { seen, truth } = await block('native', 20)
    if (truth.endMs - truth.startMs < 100) expect(seen).toEqual([])
  })
})

test('a block is reported once, also where the sampler comes late after the next one', async () => {
  using monitor = createMonitor({ periodMs: 1, whenIdle: 'sample' })
  const samples = monitor.samples.bind(monitor)
  let sampledMs = Number.POSITIVE_INFINITY
  monitor.samples = (fromMs, toMs, ...more) => samples(fromMs, Math.max(fromMs, Math.min(toMs, sampledMs)), ...more)
  const rule = { name: 'blocked', metric: 'loop.blocked_ms', condition: 'greater_than', threshold: 200 } as const
  await using alerts = createAlerts({ monitor, rules: [rule] })
  const fired: Alert[] = []
  alerts.on('firing', (alert) => fired.push(alert))
  const blockFor = async (ms: number) => {
    await sleep(10)
    const endMs = performance.now() + ms
    while (performance.now() < endMs);
    await sleep(100)
  }

  await blockFor(300)
  await expect.poll(() => fired.length).toBeGreaterThan(0)
  sampledMs = performance.now()
  await blockFor(60)
  sampledMs = Number.POSITIVE_INFINITY
  await sleep(100)
  // A machine that kept the thread from running has made others.
  const starts = fired.map(({ startedAt }) => startedAt.getTime())
  // The same one may be a millisecond off.
  expect(starts.filter((startMs, i) => starts.slice(0, i).some((other) => startMs - other <= 2))).toEqual([])
})

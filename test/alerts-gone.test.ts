import { createMonitor } from 'spanmeter'
import { type AlertRule, createAlerts, feed } from 'spanmeter/alerts'
import { expect, test } from 'vitest'
import { freePort } from './helpers/ports'
import { Receiver } from './helpers/receiver'
import { ScriptedClock } from './helpers/scripted-clock'

// What becomes of alerts whose receiver is gone for an hour, on a clock that the test sets. The connections are real.

const hour = 3600
const [small, large] = [
  { queueSize: 10, timeoutMs: 9001 },
  { queueSize: 100, timeoutMs: 9002 },
]
/** Each fires a minute after the one before it, and goes on. */
const rules = Array.from({ length: 40 }, (_, i): AlertRule => {
  return { name: `rule ${i}`, metric: 'queue', condition: 'greater_than', threshold: i, cooldownMs: 0 }
})
const namesOf = ({ received }: Receiver) => received.map(({ body }) => body.commonLabels.alertname)

test('a receiver that is gone for an hour gets all that the queue holds when it is back; the rest is counted', async () => {
  const ports = [await freePort(), await freePort()]
  using clock = new ScriptedClock()
  const channels = [small, large].map((options, i) => {
    return { type: 'webhook', url: `http://127.0.0.1:${ports[i]}`, maxPerHour: 0, ...options } as const
  })
  const monitor = createMonitor({ backend: 'js', periodMs: 1000, whenIdle: 'sample' })
  const alerts = createAlerts({ monitor, fed: ['queue'], rules, channels })
  const health = () => alerts.health().channels
  const timeouts = [small.timeoutMs, large.timeoutMs]
  const attempts = () => clock.delaysMs.filter((ms) => timeouts.includes(ms)).length
  const pauses = () => clock.delaysMs.filter((ms) => !timeouts.includes(ms))
  /** Until each attempt has failed, after which there is a pause, or has succeeded. */
  const underWay = () => health().reduce((sum, { delivered }) => sum - delivered, attempts() - pauses().length)
  const allEnded = () => expect.poll(underWay, { interval: 1 }).toBe(0)
  const started = new Map<string, string>()
  alerts.on('firing', ({ name, startedAt }) => started.set(name, startedAt.toISOString()))

  let mostTimers = 0
  for (let second = 0; second < hour; second++) {
    if (second % 60 === 0 && second < 60 * rules.length) feed('queue', second / 60 + 0.5)
    await clock.pass(1000)
    await allEnded()
    mostTimers = Math.max(mostTimers, clock.timers)
  }
  expect(started.size).toBe(40)
  expect(health()).toMatchObject([
    { queued: 10, dropped: 30, delivered: 0, failed: 0 },
    { queued: 40, dropped: 0, delivered: 0, failed: 0 },
  ])
  // That of the sampler, that of the looks, and one for each channel.
  expect(mostTimers).toBe(4)
  // Soon at first, and then not more often than the receiver can bear.
  expect(
    pauses()
      .slice(0, 2)
      .every((ms) => ms < 2000),
  ).toBe(true)
  expect(Math.max(...pauses())).toBeLessThanOrEqual(60_000)
  // Nor all at the same time.
  expect(new Set(pauses().slice(-50)).size).toBe(50)
  expect(attempts()).toBeLessThan(2 * 90)

  await using first = await Receiver.start([], ports[0])
  await using second = await Receiver.start([], ports[1])
  for (let i = 0; i < 120; i++) {
    await clock.pass(1000)
    await allEnded()
  }
  // The one that was on its way, and the latest.
  const names = rules.map(({ name }) => name)
  expect(namesOf(first)).toEqual([names[0], ...names.slice(31)])
  expect(namesOf(second)).toEqual(names)
  expect(second.received.map(({ body }) => body.alerts[0].startsAt)).toEqual(names.map((name) => started.get(name)))
  expect(health()).toMatchObject([
    { queued: 0, dropped: 30, delivered: 10, failed: 0 },
    { queued: 0, dropped: 0, delivered: 40, failed: 0 },
  ])

  // Of what it never got it is not sent the end.
  feed('queue', 0)
  await clock.pass(1000)
  await allEnded()
  await expect.poll(() => second.received.length).toBe(80)
  await expect.poll(() => first.received.length).toBe(20)
  expect(health()).toMatchObject([{ delivered: 20 }, { delivered: 80 }])
  await alerts.close()
  monitor[Symbol.dispose]()
})

import { createMonitor } from 'spanmeter'
import { type AlertRule, createAlerts, feed } from 'spanmeter/alerts'
import { expect, test } from 'vitest'
import { channelOf, rule, watch } from './helpers/fed-alerts'
import { Receiver } from './helpers/receiver'
import { ScriptedClock } from './helpers/scripted-clock'

// What Alertmanager is told again and again, so that it does not take what still fires for over.

const namesOf = ({ received }: Receiver): string[] => received.map(({ body: [alert] }) => alert.labels.alertname)

test('what a full queue dropped is posted when there is room, if it still fires: repetitions, and what is new', async () => {
  await using receiver = await Receiver.start()
  const ruleOf = (name: string, metric: string): AlertRule => ({ ...rule, name, metric })
  const rules = [ruleOf('first', 'queue'), ruleOf('second', 'queue'), ruleOf('third', 'other'), ruleOf('last', 'other')]
  const channel = { type: 'alertmanager', url: receiver.url, repeatMs: 100, queueSize: 2 } as const
  await using alerts = watch({ channels: [channel], rules })
  feed('queue', 20)
  await expect.poll(() => namesOf(receiver)).toEqual(expect.arrayContaining(['first', 'second']))
  let isGone = true
  receiver.answerBy((_path, response) => response.writeHead(isGone ? 503 : 200).end())
  await expect.poll(() => channelOf(alerts).queued).toBe(2)
  // One of the repetitions is on its way; the other one goes, and then the first of these.
  feed('other', 20)
  await expect.poll(() => channelOf(alerts).dropped).toBe(2)
  isGone = false
  const before = receiver.received.length
  const since = () => new Set(namesOf(receiver).slice(before))
  await expect.poll(since).toEqual(new Set(['first', 'second', 'third', 'last']))
  // What waits for room displaces nothing.
  expect(channelOf(alerts).dropped).toBe(2)
})

test('what it refuses for good is posted as often as what it takes', async () => {
  await using receiver = await Receiver.start([200, 403, 401, 404, 400])
  using clock = new ScriptedClock()
  const monitor = createMonitor({ backend: 'js', periodMs: 1000, whenIdle: 'sample' })
  const timeoutMs = 9001
  const channel = { type: 'alertmanager', url: receiver.url, repeatMs: 60_000, timeoutMs } as const
  const alerts = createAlerts({ monitor, fed: ['queue'], rules: [rule], channels: [channel] })
  const attempts = () => clock.delaysMs.filter((ms) => ms === timeoutMs).length
  const answered = () => channelOf(alerts).delivered + channelOf(alerts).failed
  feed('queue', 20)
  for (let second = 0; second < 330; second++) {
    await clock.pass(1000)
    await expect.poll(answered, { interval: 1 }).toBe(attempts())
  }
  expect(channelOf(alerts)).toMatchObject({ delivered: 2, failed: 4 })
  expect(namesOf(receiver)).toHaveLength(6)
  await alerts.close()
  monitor[Symbol.dispose]()
})

import { type AlertRule, feed } from 'spanmeter/alerts'
import { describe, expect, test } from 'vitest'
import { fireOnce, rule, watch } from './helpers/fed-alerts'
import { Receiver } from './helpers/receiver'

describe('a channel sends what its receiver understands', () => {
  test('the body of version 4 to a webhook', async () => {
    await using receiver = await Receiver.start()
    const channel = { type: 'webhook', url: `${receiver.url}/hook`, headers: { authorization: 'Bearer t' } } as const
    const labelled = { ...rule, severity: 'critical', labels: { team: 'shop' }, annotations: { summary: 'Too long' } }
    await using alerts = watch({ channels: [channel], rules: [labelled as AlertRule], labels: { instance: 'a:1' } })
    await fireOnce(alerts)
    await expect.poll(() => receiver.received.length).toBe(2)
    const [firing, resolved] = receiver.received
    expect(firing).toMatchObject({
      path: '/hook',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    })
    const labels = { alertname: 'queue', severity: 'critical', metric: 'queue', instance: 'a:1', team: 'shop' }
    expect(firing!.body).toMatchObject({
      version: '4',
      status: 'firing',
      receiver: 'spanmeter',
      groupLabels: { alertname: 'queue', instance: 'a:1' },
      commonLabels: labels,
      alerts: [
        { status: 'firing', labels, annotations: { summary: 'Too long', peak: '20' }, endsAt: '0001-01-01T00:00:00Z' },
      ],
    })
    for (const key of ['groupKey', 'commonAnnotations', 'externalURL', 'truncatedAlerts']) {
      expect(firing!.body).toHaveProperty(key)
    }
    const [one] = resolved!.body.alerts
    expect(resolved!.body.status).toBe('resolved')
    expect(one.fingerprint).toBe(firing!.body.alerts[0].fingerprint)
    expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(Date.parse(one.endsAt)).toBeGreaterThan(Date.parse(one.startsAt))
  })

  test('text to Slack, in which nothing of a name has a meaning', async () => {
    await using receiver = await Receiver.start()
    const named = { ...rule, name: '<!channel> & co' }
    await using alerts = watch({ channels: [{ type: 'slack', url: receiver.url }], rules: [named] })
    feed('queue', 20)
    await expect.poll(() => receiver.received.length).toBe(1)
    expect(Object.keys(receiver.received[0]!.body)).toEqual(['text'])
    expect(receiver.received[0]!.body.text).toContain('&lt;!channel&gt; &amp; co: queue up to 20 (threshold 10)')
    expect(alerts.health().firing).toEqual(['<!channel> & co'])
  })

  test('events to PagerDuty, of which the second ends the first', async () => {
    await using receiver = await Receiver.start()
    await using alerts = watch({ channels: [{ type: 'pagerduty', routingKey: 'R0', url: receiver.url }] })
    await fireOnce(alerts)
    await expect.poll(() => receiver.received.length).toBe(2)
    const [trigger, resolve] = receiver.received.map(({ body }) => body)
    expect(trigger).toMatchObject({ routing_key: 'R0', event_action: 'trigger', payload: { severity: 'warning' } })
    expect(trigger.payload.summary).toContain('queue up to 20')
    expect(trigger.payload.source).toMatch(/.:\d+$/)
    expect(resolve).toEqual({ routing_key: 'R0', event_action: 'resolve', dedup_key: trigger.dedup_key })
  })

  test('an active alert to Alertmanager, again and again, and its end not before that was to be noticed', async () => {
    await using receiver = await Receiver.start()
    // Held for longer than five repetitions, after which what is not posted again would end.
    const channel = { type: 'alertmanager', url: `${receiver.url}/`, repeatMs: 100, holdMs: 600 } as const
    await using alerts = watch({ channels: [channel] })
    const beforeMs = Date.now()
    await fireOnce(alerts)
    const posts = () => receiver.received.map(({ path, body: [alert], atMs }) => ({ path, ...alert, atMs }))
    const ends = () => posts().map(({ endsAt }) => Date.parse(endsAt))
    // Until it ends, each is active for longer than the one before.
    await expect.poll(() => ends().at(-1)! < ends().at(-2)!).toBe(true)
    expect(ends().at(-1)).toBeLessThan(Date.now())
    const [first] = posts()
    const last = posts().at(-1)!
    expect(first).toMatchObject({ path: '/api/v2/alerts', labels: { alertname: 'queue', severity: 'warning' } })
    expect(last.startsAt).toBe(first!.startsAt)
    expect(last.atMs - first!.atMs).toBeGreaterThan(590)
    expect(ends()[0]).toBeGreaterThanOrEqual(beforeMs + 600)

    feed('queue', 30)
    const before = receiver.received.length
    await expect.poll(() => receiver.received.length).toBeGreaterThan(before + 2)
    const repeated = posts().slice(before)
    expect(new Set(repeated.map(({ startsAt }) => startsAt)).size).toBe(1)
    expect(repeated.at(-1)!.endsAt > repeated[0]!.endsAt).toBe(true)
  })
  test('to Alertmanager no end of an alert that fires again before it was to be noticed', async () => {
    await using receiver = await Receiver.start()
    const channel = { type: 'alertmanager', url: receiver.url, repeatMs: 100, holdMs: 1000 } as const
    await using alerts = watch({ channels: [channel] })
    await fireOnce(alerts)
    feed('queue', 30)
    const starts = () => receiver.received.map(({ body: [{ startsAt }] }) => startsAt as string)
    const isOfSecond = (start: string) => start !== starts()[0]
    await expect.poll(() => starts().filter(isOfSecond).length).toBeGreaterThan(15)
    expect(starts().slice(starts().findIndex(isOfSecond)).every(isOfSecond)).toBe(true)
  })
})

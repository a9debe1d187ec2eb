import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { feed } from 'spanmeter/alerts'
import { describe, expect, test } from 'vitest'
import { channelOf, fireOnce, rule, watch } from './helpers/fed-alerts'
import { freePort } from './helpers/ports'
import { type Answer, Receiver } from './helpers/receiver'

// What arrives at receivers that behave as receivers do.

describe('a receiver that fails for a while gets each alert once', () => {
  const reset: Answer = (response) => response.socket!.destroy()
  const hang: Answer = () => {}
  const cases: readonly [string, Answer][] = [
    ['500', 500],
    ['503', 503],
    ['429', 429],
    ['a reset', reset],
    ['silence', hang],
  ]
  test.each(cases)('%s', async (_name, answer) => {
    await using receiver = await Receiver.start([answer, answer])
    // Short only where it is waited for: an answer that a busy machine brings after it is one more try.
    const timeoutMs = answer === hang ? 3000 : 20_000
    const channel = { type: 'webhook', url: receiver.url, timeoutMs } as const
    await using alerts = watch({ channels: [channel] })
    await fireOnce(alerts)
    await expect.poll(() => channelOf(alerts).delivered).toBe(2)
    expect(receiver.received.map(({ body }) => body.status)).toEqual(['firing', 'firing', 'firing', 'resolved'])
    expect(channelOf(alerts)).toMatchObject({ queued: 0, failed: 0, dropped: 0 })
  })

  test('and the others meanwhile, where it fails at one of them', async () => {
    await using receiver = await Receiver.start()
    let isBroken = true
    const sent = () => receiver.received.map(({ body }) => `${body.commonLabels.alertname} ${body.status}`)
    receiver.answerBy((_path, response) => {
      response.writeHead(isBroken && sent().at(-1)!.startsWith('bad') ? 500 : 200).end()
    })
    const rules = [
      { ...rule, name: 'bad' },
      { ...rule, name: 'good', metric: 'other' },
    ]
    await using alerts = watch({ channels: [{ type: 'webhook', url: receiver.url }], rules })
    feed('queue', 20)
    await expect.poll(() => alerts.health().firing).toEqual(['bad'])
    feed('queue', 0)
    feed('other', 20)
    await expect.poll(() => channelOf(alerts)).toMatchObject({ delivered: 1, queued: 2, failed: 0 })
    expect(sent()).toContain('good firing')
    isBroken = false
    await expect.poll(() => channelOf(alerts).delivered).toBe(3)
    expect(sent().slice(-2)).toEqual(['bad firing', 'bad resolved'])
    expect(sent().filter((one) => one === 'good firing')).toHaveLength(1)
  })

  test('and not before the time that it asks for', async () => {
    await using receiver = await Receiver.start([(response) => response.writeHead(429, { 'retry-after': '2' }).end()])
    await using alerts = watch({ channels: [{ type: 'webhook', url: receiver.url }] })
    await fireOnce(alerts)
    await expect.poll(() => receiver.received.length).toBe(3)
    expect(receiver.received[1]!.atMs - receiver.received[0]!.atMs).toBeGreaterThan(1990)
  })
})

describe('a receiver that refuses', () => {
  test.each([400, 403, 404])('with %d is not asked again for this alert, but for the next', async (status) => {
    await using bad = await Receiver.start([status])
    await using good = await Receiver.start()
    const channels = [bad, good].map(({ url }) => ({ type: 'webhook', url }) as const)
    await using alerts = watch({ channels, rules: [{ ...rule, cooldownMs: 3_600_000 }] })
    await fireOnce(alerts)
    await expect.poll(() => good.received.length).toBe(2)
    expect(channelOf(alerts)).toMatchObject({ delivered: 0, failed: 1, queued: 0 })
    expect(channelOf(alerts).lastError).toBe(`webhook at 127.0.0.1:${bad.port}: answered ${status}`)
    // The cooldown of the one that got it does not keep it from the one that did not.
    await fireOnce(alerts)
    await expect.poll(() => bad.received.length).toBe(3)
    expect(bad.received.map(({ body }) => body.status)).toEqual(['firing', 'firing', 'resolved'])
    expect(channelOf(alerts, 1)).toMatchObject({ delivered: 2, suppressed: 1 })
  })

  test('by sending it elsewhere is not followed', async () => {
    await using elsewhere = await Receiver.start()
    const redirect: Answer = (response) => response.writeHead(307, { location: elsewhere.url }).end()
    await using receiver = await Receiver.start([redirect])
    await using alerts = watch({ channels: [{ type: 'webhook', url: receiver.url }] })
    await fireOnce(alerts)
    await expect.poll(() => channelOf(alerts).failed).toBe(1)
    expect([receiver.received.length, elsewhere.received.length]).toEqual([1, 0])
  })
})

test('an answer of 100 MB is not read', async () => {
  let written = 0
  const chunk = Buffer.alloc(2 ** 16)
  const flood: Answer = (response) => {
    const write = () => {
      while (written < 1e8 && !response.destroyed) {
        written += chunk.length
        if (!response.write(chunk)) return void response.once('drain', write)
      }
    }
    response.writeHead(200)
    write()
  }
  await using receiver = await Receiver.start([flood])
  await using alerts = watch({ channels: [{ type: 'webhook', url: receiver.url }] })
  await fireOnce(alerts)
  await expect.poll(() => channelOf(alerts).delivered).toBe(2)
  // What fits into the buffers of the system.
  expect(written).toBeLessThan(2e7)
})

test('a receiver that is gone gets what the queue holds when it is back; the rest is counted', async () => {
  const port = await freePort()
  const names = Array.from({ length: 8 }, (_, i) => `rule ${i}`)
  const channel = { type: 'webhook', url: `http://127.0.0.1:${port}`, queueSize: 5 } as const
  await using alerts = watch({ channels: [channel], rules: names.map((name) => ({ ...rule, name })) })
  feed('queue', 20)
  await expect.poll(() => channelOf(alerts).dropped).toBe(3)
  expect(channelOf(alerts)).toMatchObject({ queued: 5, delivered: 0, failed: 0 })
  await expect.poll(() => channelOf(alerts).lastError).toBe(undefined)
  await using receiver = await Receiver.start([], port)
  await expect.poll(() => channelOf(alerts).delivered).toBe(5)
  // The one that was on its way, and the latest.
  const arrived = receiver.received.map(({ body }) => body.commonLabels.alertname)
  expect(arrived).toEqual(['rule 0', 'rule 4', 'rule 5', 'rule 6', 'rule 7'])
})

test('files of addresses and keys are read again for each alert', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  const [urlFile, routingKeyFile] = [join(folder, 'url'), join(folder, 'key')]
  await using before = await Receiver.start()
  await using after = await Receiver.start()
  await using duty = await Receiver.start()
  writeFileSync(urlFile, `${before.url}\n`)
  writeFileSync(routingKeyFile, 'first key\n')
  const channels = [
    { type: 'webhook', urlFile },
    { type: 'pagerduty', url: duty.url, routingKeyFile },
  ] as const
  await using alerts = watch({ channels })
  await fireOnce(alerts)
  await expect.poll(() => [before.received.length, duty.received.length]).toEqual([2, 2])
  writeFileSync(urlFile, after.url)
  writeFileSync(routingKeyFile, 'second key')
  await fireOnce(alerts)
  await expect.poll(() => [after.received.length, duty.received.length]).toEqual([2, 4])
  expect(before.received).toHaveLength(2)
  const keys = duty.received.map(({ body }) => body.routing_key)
  expect(keys).toEqual(['first key', 'first key', 'second key', 'second key'])
  rmSync(folder, { recursive: true })
})

describe('close()', () => {
  test('sends what waits', async () => {
    await using receiver = await Receiver.start([500])
    const alerts = watch({ channels: [{ type: 'webhook', url: receiver.url }] })
    feed('queue', 20)
    await expect.poll(() => receiver.received.length).toBe(1)
    await alerts.close()
    expect(receiver.received).toHaveLength(2)
    expect(channelOf(alerts)).toMatchObject({ delivered: 1, queued: 0, dropped: 0 })
    expect(alerts.health().rules).toBe(0)
  })

  test('gives up at its deadline, and counts what is lost', async () => {
    await using receiver = await Receiver.start([() => {}])
    const alerts = watch({ channels: [{ type: 'webhook', url: receiver.url }] })
    feed('queue', 20)
    await expect.poll(() => receiver.received.length).toBe(1)
    const first = alerts.close(200)
    await Promise.all([first, alerts.close()])
    expect(channelOf(alerts)).toMatchObject({ delivered: 0, queued: 0, dropped: 1 })
  })
})

test('rules that are removed while they fire are resolved', async () => {
  const seen: string[] = []
  await using alerts = watch({ channels: [({ name, state }) => seen.push(`${name} ${state}`)] })
  feed('queue', 20)
  await expect.poll(() => seen).toEqual(['queue firing'])
  alerts.add({ ...rule, name: 'later' })
  // It counts from when it was added: what was fed before does not concern it.
  feed('queue', 21)
  await expect.poll(() => seen).toEqual(['queue firing', 'later firing'])
  alerts.remove('queue')
  await expect.poll(() => seen).toEqual(['queue firing', 'later firing', 'queue resolved'])
})

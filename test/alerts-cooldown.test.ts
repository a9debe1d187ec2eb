import { describe, expect, test } from 'vitest'
import { CooldownAndLimit } from '../dist/alerts/delivery/cooldown.js'
import { channelOf, fireOnce, rule, watch } from './helpers/fed-alerts'
import { Receiver } from './helpers/receiver'
import { ScriptedClock } from './helpers/scripted-clock'

// What is kept back from a channel.

describe('a cooldown', () => {
  test('is not consumed by a failure', async () => {
    const results = ['throws', 'works', 'works']
    const seen: string[] = []
    const channel = ({ state }: { state: string }) => {
      const result = results.shift()
      seen.push(`${state} ${result}`)
      if (result === 'throws') throw new Error('no')
    }
    await using alerts = watch({ channels: [channel], rules: [{ ...rule, cooldownMs: 3_600_000 }] })
    await fireOnce(alerts)
    await fireOnce(alerts)
    expect(seen).toEqual(['firing throws', 'firing works', 'resolved works'])
    await fireOnce(alerts)
    expect(seen).toHaveLength(3)
  })

  test('and a limit for the hour leave events as they are', async () => {
    await using receiver = await Receiver.start()
    await using alerts = watch({ channels: [{ type: 'webhook', url: receiver.url, maxPerHour: 2 }] })
    let events = 0
    alerts.on('firing', () => events++)
    for (let i = 0; i < 4; i++) await fireOnce(alerts)
    expect(events).toBe(4)
    await expect.poll(() => receiver.received.length).toBe(4)
    expect(channelOf(alerts)).toMatchObject({ delivered: 4, suppressed: 2 })
  })
})

test('the limit for an hour is that of any hour', async () => {
  using clock = new ScriptedClock()
  const limit = new CooldownAndLimit(2)
  const isAllowed = () => limit.allows({ name: 'another', cooldownMs: 0 })
  limit.delivered(rule)
  await clock.pass(1_800_000)
  limit.delivered(rule)
  expect(isAllowed()).toBe(false)
  await clock.pass(1_799_999)
  expect(isAllowed()).toBe(false)
  await clock.pass(1)
  expect(isAllowed()).toBe(true)
  limit.delivered(rule)
  await clock.pass(1_799_999)
  expect(isAllowed()).toBe(false)
  await clock.pass(1)
  expect(isAllowed()).toBe(true)
})

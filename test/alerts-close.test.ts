import { createMonitor } from 'spanmeter'
import { createAlerts } from 'spanmeter/alerts'
import { expect, test } from 'vitest'
import { ScriptedClock } from './helpers/scripted-clock'

test('what was about to be looked at again when it is closed is not, and nothing is warned of', async () => {
  const warnings: string[] = []
  const note = ({ message }: Error) => warnings.push(message)
  process.on('warning', note)
  using clock = new ScriptedClock()
  const monitor = createMonitor({ backend: 'js', periodMs: 1000, whenIdle: 'sample' })
  const blocked = { name: 'blocked', metric: 'loop.blocked_ms', condition: 'greater_than', threshold: 100 } as const
  const alerts = createAlerts({ monitor, rules: [blocked], intervalMs: 10_000 })
  await clock.pass(1500)
  // Only with the next sample it is known whether the process was stopped.
  clock.stopFor(400)
  expect(alerts.health()).toMatchObject({ looks: 1, firing: [] })
  await alerts.close()
  monitor[Symbol.dispose]()
  expect(clock.timers).toBe(0)
  await clock.pass(5000)
  await new Promise(setImmediate)
  process.off('warning', note)
  expect(warnings).toEqual([])
})

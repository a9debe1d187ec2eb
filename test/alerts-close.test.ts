import { createMonitor } from 'spanmeter'
import { createAlerts } from 'spanmeter/alerts'
import { expect, test } from 'vitest'
import { run } from './helpers/child'
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

test('close() does not wait for a function of the application beyond its deadline', async () => {
  const program = `
    import { createAlerts, feed } from 'spanmeter/alerts'
    const rule = { name: 'queue', metric: 'queue', condition: 'greater_than', threshold: 10 }
    let called
    const begun = new Promise((resolve) => (called = resolve))
    const channels = [() => { called(); return new Promise(() => {}) }]
    const alerts = createAlerts({ fed: ['queue'], rules: [rule], channels, intervalMs: 50 })
    feed('queue', 20)
    const waiting = setInterval(() => {}, 1000)
    await begun
    clearInterval(waiting)
    await alerts.close(100)
    const [{ delivered, queued, dropped, lastError }] = alerts.health().channels
    console.log(JSON.stringify({ delivered, queued, dropped, lastError }))`
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lastError = 'function: it has not ended before the deadline'
  expect(JSON.parse(stdout)).toEqual({ delivered: 0, queued: 0, dropped: 1, lastError })
})

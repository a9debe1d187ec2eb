import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { askFixture, packageRoot, runFixture } from './helpers/child'
import { Receiver } from './helpers/receiver'
import { oneOfThree } from './helpers/rounds'

test('sending makes no spans, and shows no secret anywhere', async () => {
  await using receiver = await Receiver.start([])
  // By the path, whatever their order.
  receiver.answerBy((path, response) => {
    if (path.includes('reset')) response.socket!.destroy()
    else if (!path.includes('hang')) response.writeHead(Number(/\d+/.exec(path)?.[0] ?? 200)).end()
  })
  const args = [String(receiver.port)]
  const { stdout, stderr, code } = await runFixture('alerts/secrets.cjs', { args, env: { NODE_DEBUG: 'spanmeter' } })
  expect(code, stderr).toBe(0)
  const { spansOfAlerts, spans, published, channels } = JSON.parse(stdout.trim().split('\n').at(-1)!)
  expect(spansOfAlerts).toBe(0)
  expect(spans).toBe(1)
  expect(published).toMatchObject([{ name: 'queue', state: 'firing' }])
  const results = channels.map(({ delivered, lastError }: Record<string, string>) =>
    delivered ? 'delivered' : lastError,
  )
  const at = `127.0.0.1:${receiver.port}`
  expect(results).toEqual([
    `webhook at ${at}: answered 500`,
    `webhook at ${at}: answered 403`,
    `webhook at ${at}: ECONNRESET`,
    `webhook at ${at}: no answer within 200 ms`,
    'slack at 127.0.0.1:1: ECONNREFUSED',
    expect.stringMatching(/^webhook at 127\.0\.0\.1:\d+: E/),
    'delivered',
    `pagerduty at ${at}: answered 404`,
    'delivered',
  ])
  // They were sent, of course.
  expect(JSON.stringify(receiver.received)).toContain('s3cr3t')
  expect(stdout + stderr).not.toContain('s3cr3t')
  expect(stderr).toContain('an alert was not delivered: webhook')
})

test('a process ends while an alert waits for an answer, and for its next attempt', async () => {
  await using receiver = await Receiver.start([() => {}, () => {}])
  const { code, signal, stdout } = await runFixture('alerts/unfinished.cjs', { args: [receiver.url], timeout: 30_000 })
  expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'done\n' })
})

test('a process that was stopped was not blocked', oneOfThree, async () => {
  const child = spawn(process.execPath, [join(packageRoot, 'test/fixtures/alerts/stopped.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await lines.next()
  child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 2000))
  child.kill('SIGCONT')
  child.stdin.end('over\n')
  const ended = once(child, 'exit')
  const { longest, byStop, byBlock, missed } = JSON.parse((await lines.next()).value!)
  await ended
  expect(longest).toBeGreaterThan(1900)
  expect(byStop, JSON.stringify(missed)).toEqual([])
  expect(byBlock).toHaveLength(1)
  expect(byBlock[0]).toBeGreaterThan(1199)
})

test('an error in a tick of the application is its own, also where a listener of a block has made the tick', async () => {
  const program = `
    const { createAlerts } = require('spanmeter/alerts')
    const rules = [{ name: 'blocked', metric: 'loop.blocked_ms', condition: 'greater_than', threshold: 100 }]
    createAlerts({ rules }).on('firing', () => process.nextTick(() => { throw new Error('from the application') }))
    process.once('uncaughtException', ({ message }) => {
      console.log(message)
      process.exit()
    })
    setInterval(() => {}, 1000)
    setTimeout(() => { for (const until = performance.now() + 300; performance.now() < until; ); }, 100)`
  expect(await runFixture('', { nodeArgs: ['-e', program] })).toMatchObject({
    code: 0,
    stdout: 'from the application\n',
  })
})

describe('without rules', () => {
  test('there is no timer, no sampler and nothing that is loaded for it; and none is left of the last one', async () => {
    const { before, during, after } = await askFixture<Record<string, Record<string, unknown>>>('alerts/off.cjs')
    expect(before).toEqual({ timers: 0, samplers: 0, hooks: [], loaded: 0 })
    expect(during).toMatchObject({ samplers: 1 })
    expect(during!.timers).toBeGreaterThan(0)
    expect(after).toEqual({ samplers: 0, rules: 0 })
  })
})

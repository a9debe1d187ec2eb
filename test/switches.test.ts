import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createMonitor } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { hostVoluntarySwitches } from './helpers/cpu.cjs'
import { sum } from './helpers/numbers'
import { sampled } from './helpers/sampled'
import { settle } from './helpers/settle'

beforeAll(settle)

interface Played {
  blocked: number
  voluntary: number
}

describe('context switches', () => {
  test('two threads that hand a turn to and fro switch once for each time one of them slept', async () => {
    const rounds = 10_000
    const word = new SharedArrayBuffer(4)
    const fixture = join(__dirname, 'fixtures/pingpong.cjs')
    const players = [0, 1].map((side) => new Worker(fixture, { workerData: { side, word } }))
    try {
      await Promise.all(players.map((player) => once(player, 'message')))
      using monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
      await sleep(50)
      const before = hostVoluntarySwitches()
      const mark = monitor.mark()
      const answers = players.map((player) => once(player, 'message') as Promise<Played[]>)
      for (const player of players) player.postMessage(rounds)
      const played = (await Promise.all(answers)).flat()
      await sampled(monitor, 30)
      const { contextSwitches, samples } = monitor.since(mark)
      const truth = hostVoluntarySwitches() - before

      const own = sum(played.map(({ voluntary }) => voluntary))
      const blocked = sum(played.map((player) => player.blocked))
      expect(blocked).toBeGreaterThan(rounds / 10)
      // A thread that was woken before it had fallen asleep waited, but did not switch.
      expect(own).toBeGreaterThan(blocked / 2)
      expect(contextSwitches!.voluntary).toBeGreaterThanOrEqual(own)
      // The sampler alone switches once a sample; without it, what is left are the moments around the window.
      expect(samples).toBeGreaterThan(30)
      expect(Math.abs(contextSwitches!.voluntary - truth)).toBeLessThan(20)
    } finally {
      await Promise.all(players.map((player) => player.terminate()))
    }
  })
})

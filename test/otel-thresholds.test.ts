import { setTimeout as sleep } from 'node:timers/promises'
import type { Attributes } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { burn } from './helpers/cpu.cjs'
import { expectNoneOfOurs, flags, key, trace } from './helpers/processor'
import type { Tracing } from './helpers/tracing'

describe('thresholds', () => {
  /** The attributes of a span that took less than this, which takes more than one try where others take the CPU. */
  async function shorterThan(ms: number, tracing: Tracing): Promise<Attributes> {
    for (;;) {
      const attributes = await tracing.attributes(() => burn(1))
      const [seconds, nanoseconds] = tracing.exported.at(-1)!.duration
      if (seconds * 1e3 + nanoseconds / 1e6 < ms) return attributes
    }
  }

  test('flags are set only when they are crossed', async () => {
    const crossed = await trace({ cpuThreshold: 1, memoryThresholdMb: 1 }).attributes(() => burn(30))
    for (const flag of flags) expect(crossed[key(flag)]).toBe(true)
    const notCrossed = await trace({ cpuThreshold: 1e5, memoryThresholdMb: 1e6 }).attributes(() => burn(30))
    for (const flag of flags) expect(notCrossed).not.toHaveProperty([key(flag)])
  })

  test('without a memory threshold there is no memory flag', async () => {
    const attributes = await trace().attributes(() => burn(5))
    expect(attributes).not.toHaveProperty([key('memoryThresholdExceeded')])
  })

  test('shorter spans than minDurationMs get nothing', async () => {
    const tracing = trace({ minDurationMs: 40 })
    expectNoneOfOurs(await shorterThan(40, tracing))
    const long = await tracing.attributes(() => sleep(60))
    expect(long[key('cpuTime')]).toEqual(expect.any(Number))
  })

  test("when: 'notable' writes onto spans that crossed a threshold only", async () => {
    expectNoneOfOurs(await trace({ when: 'notable', cpuThreshold: 1e5 }).attributes(() => burn(20)))
    const byCpu = await trace({ when: 'notable', cpuThreshold: 1 }).attributes(() => burn(20))
    expect(byCpu[key('cpuBound')]).toBe(true)
    const byMemory = await trace({ when: 'notable', cpuThreshold: 1e5, memoryThresholdMb: 1 }).attributes(() => burn(1))
    expect(byMemory[key('memoryThresholdExceeded')]).toBe(true)
  })

  test("when: 'notable' with minDurationMs writes onto the long ones too", async () => {
    const tracing = trace({ when: 'notable', cpuThreshold: 1e5, minDurationMs: 40 })
    expectNoneOfOurs(await shorterThan(40, tracing))
    const long = await tracing.attributes(() => sleep(60))
    expect(long[key('cpuTime')]).toEqual(expect.any(Number))
  })
})

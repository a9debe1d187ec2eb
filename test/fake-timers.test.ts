import { createRequire } from 'node:module'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { askFixture } from './helpers/child'
import { burn } from './helpers/cpu.cjs'

// Applications are tested under clocks and timers that stand still. Those of the package go on.

afterEach(() => void vi.useRealTimers())

describe.each(['native', 'js'])('in a realm with fake timers (%s)', (backend) => {
  test('the package keeps time, and sets none of them', async () => {
    interface Results {
      fakes: number
      rounds: { usedMs: number; cpuMs?: number; samples: number }[]
      state: string
    }
    const { fakes, rounds, state } = await askFixture<Results>('realms/fake-timers.cjs', { args: [backend] })
    expect({ fakes, state }).toEqual({ fakes: 0, state: 'sampling' })
    // Where the sampler had no CPU at an edge, part of the work seems to lie outside: see monitor-windows.test.ts.
    expect(Math.max(...rounds.map(({ usedMs, cpuMs }) => cpuMs! / usedMs))).toBeGreaterThan(0.9)
    // Also where a timer samples, which fires at least once between two pieces of work.
    expect(Math.max(...rounds.map(({ samples }) => samples))).toBeGreaterThanOrEqual(10)
  })
})

test('loaded under fake timers of this very thread, it keeps time and sets none of them', async () => {
  const realNow = performance.now.bind(performance)
  const { setTimeout: realSetTimeout } = globalThis
  vi.useFakeTimers()
  const require = createRequire(__filename)
  for (const file in require.cache) if (file.includes('/dist/')) delete require.cache[file]
  const { createMonitor } = require('spanmeter') as typeof import('spanmeter')
  const { ResourceSpanProcessor } = require('spanmeter/otel') as typeof import('spanmeter/otel')
  const monitor = createMonitor({ backend: 'native', whenIdle: 'sample', maxOverheadPercent: 0 }).start()
  const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor({ monitor })] })
  provider.getTracer('test').startSpan('span').end()
  expect(vi.getTimerCount()).toBe(0)
  const sampled = async () => {
    const { samples } = monitor.health()
    const giveUpMs = realNow() + 20_000
    while (monitor.health().samples <= samples + 1 && realNow() < giveUpMs)
      await new Promise((resolve) => void realSetTimeout(resolve, 2))
  }
  const shares: number[] = []
  // As above: until the sampler had a CPU at both edges.
  while (shares.length < 5 && !shares.some((share) => share > 0.9)) {
    await sampled()
    const startMs = realNow()
    const usedMs = burn(60)
    const endMs = realNow()
    await sampled()
    shares.push(monitor.between(startMs, endMs).cpu!.timeMs / usedMs)
  }
  expect(Math.max(...shares)).toBeGreaterThan(0.9)
  await provider.shutdown()
  monitor.stop()
})

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
      usedMs: number
      cpuMs?: number
      samples: number
      state: string
    }
    const { fakes, usedMs, cpuMs, samples, state } = await askFixture<Results>('realms/fake-timers.cjs', {
      args: [backend],
    })
    expect({ fakes, state }).toEqual({ fakes: 0, state: 'sampling' })
    expect(cpuMs).toBeGreaterThan(0.9 * usedMs)
    // Also where a timer samples, which fires at least once between two pieces of work.
    expect(samples).toBeGreaterThanOrEqual(10)
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
  const monitor = createMonitor({ backend: 'native', whenIdle: 'sample' }).start()
  const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor({ monitor })] })
  provider.getTracer('test').startSpan('span').end()
  expect(vi.getTimerCount()).toBe(0)
  const startMs = realNow()
  const usedMs = burn(60)
  const endMs = realNow()
  await new Promise((resolve) => void realSetTimeout(resolve, 20))
  expect(monitor.between(startMs, endMs).cpu?.timeMs).toBeGreaterThan(0.9 * usedMs)
  await provider.shutdown()
  monitor.stop()
})

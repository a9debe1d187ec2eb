import { createMonitor, type MonitorOptions, type ResourceMonitor, SpanmeterError } from 'spanmeter'
import { beforeAll, describe, expect, test } from 'vitest'
import { burn, hostCpuMs } from './helpers/cpu.cjs'
import { expectBetween } from './helpers/expect'
import { settle } from './helpers/settle'

beforeAll(settle)

const notRunning = expect.objectContaining({ name: 'SpanmeterError', code: 'NOT_RUNNING' })
const disposed = expect.objectContaining({ name: 'SpanmeterError', code: 'DISPOSED' })

describe.each(['native', 'js'] as const)('%s', (backend) => {
  const create = (options?: MonitorOptions) => createMonitor({ backend, ...options })

  test('has the backend that was asked for', () => {
    using monitor = create()
    expect(monitor.backend).toBe(backend)
    expect(monitor.health().backend).toBe(backend)
  })

  describe('life cycle', () => {
    test('start() returns the monitor and starts it once, however often it is called', () => {
      using monitor = create()
      expect(monitor.start()).toBe(monitor)
      expect(monitor.start()).toBe(monitor)
      monitor.stop()
      expect(monitor.health().state).toBe('stopped')
      expect(() => monitor.mark()).toThrow(notRunning)
    })

    test('a second start() does not strand the marks that are open', async () => {
      using monitor = create().start()
      const mark = monitor.mark()
      monitor.start()
      mark.release()
      await expect.poll(() => monitor.health().state).toBe('parked')
    })

    test('stop() may be called at any time and more than once', () => {
      using monitor = create()
      monitor.stop()
      monitor.start()
      monitor.stop()
      monitor.stop()
      expect(monitor.health().state).toBe('stopped')
    })

    test('from start() to stop() the state is never `stopped`', () => {
      using monitor = create()
      for (let i = 0; i < 20; i++) {
        monitor.start()
        expect(monitor.health().state).not.toBe('stopped')
        monitor.mark()
        expect(monitor.health().state).not.toBe('stopped')
        monitor.stop()
        expect(monitor.health().state).toBe('stopped')
      }
    })

    test('starts again after stop() and measures as before', () => {
      using monitor = create().start()
      monitor.stop()
      monitor.start()
      const before = hostCpuMs()
      const mark = monitor.mark()
      const usedMs = burn(50)
      const stats = monitor.since(mark)
      expectBetween(10, stats.cpu!.timeMs, usedMs, hostCpuMs() - before)
    })

    test('mark() before start() and after stop() is NOT_RUNNING', () => {
      using monitor = create()
      expect(() => monitor.mark()).toThrow(notRunning)
      monitor.start()
      monitor.stop()
      expect(() => monitor.mark()).toThrow(notRunning)
    })

    test('measure() before start() is NOT_RUNNING and does not run the work', async () => {
      using monitor = create()
      let ran = false
      await expect(monitor.measure(() => (ran = true))).rejects.toThrow(notRunning)
      expect(ran).toBe(false)
    })

    test('every call after disposal is DISPOSED, but stop() and a second disposal are harmless', async () => {
      const monitor = create().start()
      const mark = monitor.mark()
      monitor[Symbol.dispose]()
      monitor[Symbol.dispose]()
      monitor.stop()
      mark.release()
      expect(() => monitor.start()).toThrow(disposed)
      expect(() => monitor.mark()).toThrow(disposed)
      expect(() => monitor.since(mark)).toThrow(disposed)
      expect(() => monitor.between(0, 1)).toThrow(disposed)
      expect(() => monitor.samples(0, 1)).toThrow(disposed)
      expect(() => monitor.health()).toThrow(disposed)
      await expect(monitor.measure(() => 1)).rejects.toThrow(disposed)
    })

    test('`using` disposes at the end of the block', () => {
      let outside: ResourceMonitor
      {
        using monitor = create().start()
        outside = monitor
        monitor.mark().release()
      }
      expect(() => outside.mark()).toThrow(SpanmeterError)
      expect(() => outside.mark()).toThrow(disposed)
    })
  })
})

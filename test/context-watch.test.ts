import { AsyncResource, createHook } from 'node:async_hooks'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { watchTurns } from '../dist/attribution/turns.js'
import { ContextWatch } from '../dist/span-accounts/context-watch.js'
import { Tracing } from './helpers/tracing'

/** The prototype of all hooks. */
const AsyncHook = Object.getPrototypeOf(createHook({})) as ReturnType<typeof createHook>

afterEach(() => context.disable())

describe('what is put in place of the methods of a context manager', () => {
  class OwnClass extends AsyncLocalStorageContextManager {}

  test('goes with the last processor, also where the class has got another method meanwhile', async () => {
    const manager = new OwnClass().enable()
    context.setGlobalContextManager(manager)
    const tracing = new Tracing(new ResourceSpanProcessor())
    tracing.provider.getTracer('test').startSpan('span').end()
    expect(Object.hasOwn(manager, 'with')).toBe(true)
    const { with: before } = AsyncLocalStorageContextManager.prototype
    OwnClass.prototype.with = function (this: OwnClass, ...args: never[]) {
      return before.apply(this, args as never)
    } as typeof before
    await tracing.provider.shutdown()
    expect(Object.hasOwn(manager, 'with')).toBe(false)
  })

  test('is put there at the next span where the stack did not suffice', () => {
    const manager = new OwnClass().enable()
    context.setGlobalContextManager(manager)
    let stack = 0
    const follower = { enter() {}, onScope() {}, catchUp() {}, onCallback() {}, onContinuation() {}, onPause() {} }
    const watch = new ContextWatch(() => {
      if (stack++ === 0) throw new RangeError('Maximum call stack size exceeded')
      return follower as never
    })
    expect(() => watch.update()).toThrow(RangeError)
    watch.update()
    expect(Object.hasOwn(manager, 'with')).toBe(true)
    watch.stop()
    expect(Object.hasOwn(manager, 'with')).toBe(false)
  })

  test('its hooks are called once for each turn, also where the stack did not suffice at first', () => {
    const enable = vi.spyOn(AsyncHook, 'enable').mockImplementationOnce(() => {
      throw new RangeError('Maximum call stack size exceeded')
    })
    const turns = vi.fn()
    const listener = { onCallback: turns, onContinuation: turns, onScope: turns, onPause() {}, onLeave() {} }
    expect(() => watchTurns({ listener, stored: false })).toThrow(RangeError)
    enable.mockRestore()
    const unwatch = watchTurns({ listener, stored: false })
    new AsyncResource('test').runInAsyncScope(() => {})
    unwatch()
    expect(turns).toHaveBeenCalledTimes(2)
  })

  test('leaves the token of what was attached, also where the stack does not suffice to follow it', () => {
    const token = { dispose() {} }
    class Attaching extends OwnClass {
      override attach() {
        return token
      }
    }
    const manager = new Attaching().enable()
    context.setGlobalContextManager(manager)
    const enter = () => {
      throw new RangeError('Maximum call stack size exceeded')
    }
    const follower = { enter, onScope() {}, catchUp() {}, onCallback() {}, onContinuation() {}, onPause() {} }
    const watch = new ContextWatch(() => follower as never)
    watch.update()
    expect(Object.hasOwn(manager, 'attach')).toBe(true)
    expect(manager.attach()).toBe(token)
    watch.stop()
  })
})

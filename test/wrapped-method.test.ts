import { describe, expect, test } from 'vitest'
import { type Place, WrappedMethod } from '../dist/attribution/wrapped-method.js'

// Methods of others that the package wraps now and then, while others wrap them as well.

interface Target {
  call(): string
}
type Call = Target['call']

/** A method, and a wrapper of ours that says when it takes its part. */
function wrapped() {
  const target: Target = { call: () => 'original' }
  const ours = (place: Place) => () => {
    const below = (place.original as Call)()
    return place.isCurrent ? `ours(${below})` : below
  }
  return { target, method: new WrappedMethod(target, 'call', ours), ours }
}

/** What a vendor does: its wrapper calls what it has found. */
function wrapAs(name: string, target: Target, found: Call = target.call): void {
  target.call = () => `${name}(${found()})`
}

describe('a method that we wrap', () => {
  test('has our wrapper once, and is as it was afterwards', () => {
    const { target, method } = wrapped()
    const { call } = target
    for (let round = 0; round < 3; round++) {
      method.putInPlace()
      method.putInPlace()
      expect(target.call()).toBe('ours(original)')
      method.takeOut()
      method.takeOut()
      expect(target.call).toBe(call)
    }
  })

  test('has the same wrapper each time', () => {
    const { target, method } = wrapped()
    method.putInPlace()
    const { call } = target
    method.takeOut()
    method.putInPlace()
    expect(target.call).toBe(call)
  })

  test('and that a vendor has wrapped meanwhile keeps both', () => {
    const { target, method } = wrapped()
    method.putInPlace()
    wrapAs('vendor', target)
    method.takeOut()
    method.putInPlace()
    expect(target.call()).toBe('vendor(ours(original))')
  })

  test('and that a vendor wraps by the wrapper that it had found does not call itself', () => {
    const { target, method } = wrapped()
    method.putInPlace()
    const found = target.call
    method.takeOut()
    wrapAs('vendor', target, found)
    expect(target.call()).toBe('vendor(ours(original))')
    method.putInPlace()
    expect(target.call()).toBe('ours(vendor(original))')
    method.takeOut()
    expect(target.call()).toBe('vendor(original)')
  })

  test('and that another copy of the package has wrapped lets each go in any order', () => {
    const { target, method, ours } = wrapped()
    const other = new WrappedMethod(target, 'call', ours)
    const { call } = target
    method.putInPlace()
    other.putInPlace()
    expect(target.call()).toBe('ours(ours(original))')
    method.takeOut()
    expect(target.call()).toBe('ours(original)')
    method.putInPlace()
    other.takeOut()
    expect(target.call()).toBe('ours(original)')
    method.takeOut()
    expect(target.call).toBe(call)
  })
})

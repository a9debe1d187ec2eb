import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import type { Binding } from '../../dist/backend/native/binding.js'
import { edgeLayout, ledgerLayout, sourceLayout, statsLayout } from '../../dist/backend/native/layout.js'
import { packageRoot } from './child'

// The border itself, without the checks in front of it: whatever comes across must be answered or refused with a
// TypeError. A crash ends this process, which the runner reports.

const load = createRequire(__filename)
export const binding: Binding = load(join(packageRoot, 'build/Release/spanmeter.node'))

export const edge = () => new Float64Array(edgeLayout.length)
export const answer = () => new Float64Array(statsLayout.length)
export const shared = () => new Float64Array(ledgerLayout.length)

const allSources = 2 ** sourceLayout.length - 1
const opened = new Set<number>()
export function open(): number {
  const id = binding.open(1, 100, allSources, 0, 0, false)
  opened.add(id)
  return id
}

export function started(): number {
  const id = open()
  expect(binding.start(id)).toBeUndefined()
  return id
}

afterEach(() => {
  for (const id of opened) answerOrTypeError('close', [id]) // the test may have closed it
  opened.clear()
})

export type FunctionName = Exclude<keyof Binding, 'layout'>

export const wrongTypes = [
  undefined,
  null,
  'x',
  '1',
  1n,
  Symbol('s'),
  {},
  [],
  [1],
  () => 1,
  new Date(0),
  new Proxy({}, {}),
]
export const wrongNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

export function call(name: FunctionName, args: readonly unknown[]): unknown {
  return (binding[name] as (...args: readonly unknown[]) => unknown)(...args)
}

export function describeValue(value: unknown): string {
  return `${Object.prototype.toString.call(value)} ${typeof value === 'number' ? value : ''}`
}

export function answerOrTypeError(name: FunctionName, args: unknown[]): void {
  try {
    const result = call(name, args)
    if (name === 'open') opened.add(result as number)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
  }
}

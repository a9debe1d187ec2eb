import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Binding } from '../dist/backend/native/binding.js'
import { edgeLayout, ledgerLayout, sourceLayout, statsLayout } from '../dist/backend/native/layout.js'
import { packageRoot } from './helpers/child'

// The border itself, without the checks in front of it: whatever comes across must be answered or refused with a
// TypeError. A crash ends this process, which the runner reports.

const load = createRequire(__filename)
const binding: Binding = load(join(packageRoot, 'build/Release/spanmeter.node'))

const edge = () => new Float64Array(edgeLayout.length)
const answer = () => new Float64Array(statsLayout.length)
const shared = () => new Float64Array(ledgerLayout.length)

const allSources = 2 ** sourceLayout.length - 1
const opened = new Set<number>()
function open(): number {
  const id = binding.open(1, 100, allSources, 0, 0, false)
  opened.add(id)
  return id
}
afterEach(() => {
  for (const id of opened) answerOrTypeError('close', [id]) // the test may have closed it
  opened.clear()
})

type Kind = 'monitor' | 'running' | 'number' | 'time' | 'positive' | 'boolean' | 'edge' | 'answer' | 'shared'
type FunctionName = Exclude<keyof Binding, 'layout'>

/** Every function of the border with the kinds of its arguments. */
const functions: Record<FunctionName, Kind[]> = {
  now: [],
  setTimeOrigin: ['number'],
  open: ['positive', 'positive', 'positive', 'positive', 'positive', 'boolean'],
  start: ['monitor'],
  stop: ['monitor'],
  close: ['monitor'],
  mark: ['running', 'edge'],
  release: ['monitor'],
  read: ['monitor', 'edge'],
  since: ['monitor', 'edge', 'edge', 'answer'],
  between: ['monitor', 'time', 'time', 'answer'],
  spans: ['monitor', 'boolean', 'answer'],
  ledger: ['shared'],
  samples: ['monitor', 'time', 'time', 'positive'],
  health: ['monitor'],
  host: [],
  sourceCosts: ['positive'],
  clockStep: ['positive'],
}
const names = Object.keys(functions) as FunctionName[]

const good: Record<Kind, () => unknown> = {
  monitor: open,
  running: () => {
    const id = open()
    binding.start(id)
    return id
  },
  number: () => 0,
  time: () => 1,
  positive: () => 1,
  boolean: () => false,
  edge,
  answer,
  shared,
}

const wrongTypes = [undefined, null, 'x', '1', 1n, Symbol('s'), {}, [], [1], () => 1, new Date(0), new Proxy({}, {})]
const wrongNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

function detached(length: number): Float64Array {
  const array = new Float64Array(length)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

function wrongArrays(length: number): unknown[] {
  return [
    new Float64Array(0),
    new Float64Array(length - 1),
    new Float64Array(length).subarray(1),
    new Float32Array(length),
    new BigInt64Array(length),
    new Uint8Array(length * 8),
    new ArrayBuffer(length * 8),
    new DataView(new ArrayBuffer(length * 8)),
    new Array(length).fill(0),
    new Proxy(new Float64Array(length), {}),
    Object.create(Float64Array.prototype),
    detached(length),
  ]
}

const closedMonitor = () => {
  const id = binding.open(1, 100, allSources, 0, 0, false)
  binding.close(id)
  return id
}

const noMonitors = () => [
  ...wrongTypes,
  true,
  ...wrongNumbers,
  closedMonitor(),
  open() + 0.5,
  0,
  -1,
  1e6,
  2 ** 53,
  -(2 ** 70),
  1e300,
  edge(),
]

const wrong: Record<Kind, () => unknown[]> = {
  monitor: noMonitors,
  running: () => [...noMonitors(), open()], // opened, but not started
  number: () => [...wrongTypes, true, ...wrongNumbers],
  time: () => [...wrongTypes, true, ...wrongNumbers],
  positive: () => [...wrongTypes, true, ...wrongNumbers, -1, 1e300, edge()],
  boolean: () => [...wrongTypes, 0, 1, Number.NaN],
  edge: () => [...wrongTypes, true, 1, ...wrongArrays(edgeLayout.length)],
  answer: () => [...wrongTypes, true, 1, ...wrongArrays(statsLayout.length)],
  shared: () => [...wrongTypes, true, 1, ...wrongArrays(ledgerLayout.length)],
}

function call(name: FunctionName, args: readonly unknown[]): unknown {
  return (binding[name] as (...args: readonly unknown[]) => unknown)(...args)
}

test('every export is tested here', () => {
  expect(Object.keys(binding).toSorted()).toEqual(['layout', ...names].toSorted())
})

test('both sides agree on the layout', () => {
  const here = { edge: edgeLayout, stats: statsLayout, sources: sourceLayout, ledger: ledgerLayout }
  expect(binding.layout).toEqual(here)
})

describe.each(names)('%s()', (name) => {
  const kinds = functions[name]

  test('accepts what it is meant for', () => {
    expect(() => call(name, valid(kinds))).not.toThrow()
  })

  for (const count of kinds.keys()) {
    test(`refuses ${count} of ${kinds.length} arguments`, () => {
      expect(() => call(name, valid(kinds).slice(0, count))).toThrow(TypeError)
    })
  }

  for (const [position, kind] of kinds.entries()) {
    test(`refuses what is no ${kind} as argument ${position + 1}`, () => {
      for (const value of wrong[kind]()) {
        const args = valid(kinds)
        args[position] = value
        expect(() => call(name, args), describeValue(value)).toThrow(TypeError)
      }
    })
  }
})

function valid(kinds: readonly Kind[]): unknown[] {
  return kinds.map((kind) => good[kind]())
}

function describeValue(value: unknown): string {
  return `${Object.prototype.toString.call(value)} ${typeof value === 'number' ? value : ''}`
}

describe('arrays', () => {
  test('a view into a larger buffer is written to where it lies, and nowhere else', () => {
    const monitor = open()
    expect(binding.start(monitor)).toBeUndefined()
    const whole = new Float64Array(edgeLayout.length + 20).fill(-7)
    binding.mark(monitor, whole.subarray(10, 10 + edgeLayout.length))
    expect(Array.from(whole.subarray(0, 10))).toEqual(Array(10).fill(-7))
    expect(Array.from(whole.subarray(-10))).toEqual(Array(10).fill(-7))
    expect(Array.from(whole.subarray(10, -10))).not.toContain(-7)
    binding.release(monitor)
  })

  test('shared memory works or is refused', () => {
    const monitor = open()
    const shared = new Float64Array(new SharedArrayBuffer(statsLayout.length * 8))
    answerOrTypeError('between', [monitor, 0, 1, shared])
    answerOrTypeError('read', [monitor, shared])
  })

  test('a buffer that shrank below the array is refused', () => {
    const monitor = open()
    const bytes = edgeLayout.length * 8
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer
    const buffer = new Resizable(bytes, { maxByteLength: 2 * bytes }) as ArrayBuffer & { resize(bytes: number): void }
    const tracking = new Float64Array(buffer)
    const fixed = new Float64Array(buffer, 0, edgeLayout.length)
    binding.read(monitor, tracking)
    buffer.resize(8)
    expect(() => binding.read(monitor, tracking)).toThrow(TypeError)
    expect(() => binding.read(monitor, fixed)).toThrow(TypeError)
  })
})

describe('values', () => {
  test('extreme times are answered', () => {
    const monitor = open()
    expect(binding.start(monitor)).toBeUndefined()
    const extremes = [-Number.MAX_VALUE, -(2 ** 63), -1e12, -0, 5e-324, 1e12, 2 ** 63, Number.MAX_VALUE]
    for (const [i, start] of extremes.entries()) {
      for (const end of extremes.slice(i)) {
        const stats = answer()
        binding.between(monitor, start, end, stats)
        expect(stats[statsLayout.indexOf('coverage')]).toBeLessThanOrEqual(1)
        expect(Array.isArray(binding.samples(monitor, start, end, 1e9))).toBe(true)
      }
    }
  })

  test('edges full of rubbish are answered', () => {
    const monitor = open()
    expect(binding.start(monitor)).toBeUndefined()
    const rubbish = [Number.NaN, 0, -1, 1e18, -1e18, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const start of rubbish) {
      for (const end of rubbish) {
        expect(() => binding.since(monitor, edge().fill(start), edge().fill(end), answer())).not.toThrow()
      }
    }
  })
})

describe('spans', () => {
  const started = () => {
    const monitor = open()
    expect(binding.start(monitor)).toBeUndefined()
    return monitor
  }

  test('are answered once, by whatever handle they were given', () => {
    const stats = answer()
    const spans = binding.spans(started(), true, stats)
    const handles = Array.from({ length: 1000 }, () => spans.open())
    expect(new Set(handles).size).toBe(1000)
    for (const handle of handles) {
      expect(spans.close(handle)).toBe(true)
      stats.fill(-7)
      expect(spans.close(handle)).toBe(false)
      expect(stats).toEqual(answer().fill(-7))
    }
  })

  test('open as many as there is room for, and have room again once they are closed', () => {
    const spans = binding.spans(started(), false, answer())
    const handles = Array.from({ length: 2 ** 17 }, () => spans.open())
    expect(handles.every((handle) => handle > 0)).toBe(true)
    expect(spans.open()).toBe(0)
    for (const handle of handles) spans.drop(handle)
    expect(spans.open()).toBeGreaterThan(0)
  })

  test('a handle that is none is answered so or refused', () => {
    const spans = binding.spans(started(), false, answer())
    const handle = spans.open()
    for (const wrong of [0, 1, handle + 1, handle - 2 ** 17, 2 ** 31 - 1]) {
      expect(spans.close(wrong)).toBe(false)
      expect(() => spans.drop(wrong)).not.toThrow()
    }
    for (const wrong of [...wrongTypes, ...wrongNumbers, -1, 2 ** 31, 1e300]) {
      expect(() => spans.close(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => spans.drop(wrong as number), describeValue(wrong)).toThrow(TypeError)
    }
    expect(spans.close(handle)).toBe(true)
  })

  test('survive their monitor, and an array that was sent away', () => {
    const monitor = started()
    const stats = answer()
    const spans = binding.spans(monitor, false, stats)
    const [first, second] = [spans.open(), spans.open()]
    structuredClone(stats.buffer, { transfer: [stats.buffer] })
    expect(() => spans.close(first)).toThrow(TypeError)
    binding.close(monitor)
    opened.delete(monitor)
    expect(() => spans.open()).toThrow(TypeError)
    expect(() => spans.drop(second)).not.toThrow()
  })
})

describe('accounts', () => {
  test('are answered once, by whatever handle they were given', () => {
    const numbers = shared()
    const ledger = binding.ledger(numbers)
    const handles = Array.from({ length: 1000 }, (_, i) => ledger.open(i))
    expect(new Set(handles).size).toBe(1000)
    for (const handle of handles) {
      ledger.turn(handle)
      expect(ledger.close(handle)).toBe(true)
      numbers.fill(-7)
      expect(ledger.close(handle)).toBe(false)
      expect(numbers).toEqual(shared().fill(-7))
    }
    ledger.sums()
    expect(numbers[0]).toBeGreaterThan(0)
    const open = ledger.open(0)
    ledger.turn(open)
    for (let end = performance.now() + 2; performance.now() < end; );
    ledger.sums()
    expect(ledger.self(open)).toBe(true)
    expect(numbers[0]).toBeGreaterThan(0.5)
    numbers.fill(-7)
    expect(ledger.self(handles[0]!)).toBe(false)
    expect(numbers).toEqual(shared().fill(-7))
  })

  test('a handle that is none stands for nobody or is refused', () => {
    const ledger = binding.ledger(shared())
    const handle = ledger.open(0)
    const rubbish = [...wrongTypes, ...wrongNumbers, -1, 2 ** 31, 1e300]
    for (const wrong of [0, 1, 2 ** 17, handle + 1, handle - 2 ** 17, 2 ** 31 - 1]) {
      ledger.turn(wrong)
      expect(ledger.close(wrong)).toBe(false)
    }
    expect(ledger.open(handle - 2 ** 17)).toBeGreaterThan(0)
    for (const wrong of rubbish) {
      expect(() => ledger.turn(wrong as number), describeValue(wrong)).not.toThrow()
      expect(() => ledger.close(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => ledger.open(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => ledger.self(wrong as number), describeValue(wrong)).toThrow(TypeError)
      expect(() => ledger.watchLoop(wrong as unknown as boolean), describeValue(wrong)).toThrow(TypeError)
    }
    expect(ledger.close(handle)).toBe(true)
  })

  test('an array that was sent away is not written to', async () => {
    const numbers = shared()
    const ledger = binding.ledger(numbers)
    const handle = ledger.open(0)
    ledger.watchLoop(true)
    structuredClone(numbers.buffer, { transfer: [numbers.buffer] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(ledger.close(handle)).toBe(true)
    expect(() => ledger.sums()).not.toThrow()
    ledger.watchLoop(false)
  })
})

test('anything at all is answered or refused with a TypeError', () => {
  const random = generator(20)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  const monitors = [open(), open(), open()]
  const numbers = [0, 1, 2, 0.5, -1, 50, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -1e300, ...wrongNumbers]
  const arrays = [...wrongArrays(edgeLayout.length), ...wrongArrays(statsLayout.length), edge(), answer()]
  const anything = [...wrongTypes, ...numbers, ...arrays, true, false]
  const calls: Record<string, number> = {}
  for (let i = 0; i < 20_000; i++) {
    const name = pick(names)
    const args = functions[name].map((kind) => {
      if (random() < 0.15) return pick(anything)
      return kind === 'monitor' ? pick(monitors) : random() < 0.8 ? good[kind]() : pick(numbers)
    })
    // A history of a million seconds is a fair wish, but not here.
    if (name === 'open') args[1] = Number(args[1] === 1)
    answerOrTypeError(name, args)
    if (name === 'close') monitors.splice(0, 3, open(), open(), open())
    calls[name] = (calls[name] ?? 0) + 1
  }
  expect(Object.keys(calls)).toHaveLength(names.length)
})

function answerOrTypeError(name: FunctionName, args: unknown[]): void {
  try {
    const result = call(name, args)
    if (name === 'open') opened.add(result as number)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
  }
}

/** Random numbers that are the same in each run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

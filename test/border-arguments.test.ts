import { describe, expect, test } from 'vitest'
import { edgeLayout, ledgerLayout, sourceLayout, statsLayout } from '../dist/backend/native/layout.js'
import {
  answer,
  answerOrTypeError,
  binding,
  call,
  describeValue,
  edge,
  type FunctionName,
  open,
  wrongNumbers,
  wrongTypes,
} from './helpers/border'

// What each function of the border is given: the right number of arguments of the right kinds, or anything else.

type Kind = 'monitor' | 'running' | 'number' | 'time' | 'positive' | 'boolean' | 'function' | 'edge' | 'answer'

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
  spans: ['monitor', 'boolean'],
  ledger: [],
  loopBlocks: ['positive', 'function'],
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
  function: () => () => {},
  edge,
  answer,
}

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
  const id = open()
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
  function: () => [...wrongTypes.filter((value) => typeof value !== 'function'), true, 1, edge()],
  edge: () => [...wrongTypes, true, 1, ...wrongArrays(edgeLayout.length)],
  answer: () => [...wrongTypes, true, 1, ...wrongArrays(statsLayout.length)],
}

test('every export is tested here', () => {
  expect(Object.keys(binding).toSorted()).toEqual(['layout', ...names].toSorted())
})

test('both sides agree on the layout', () => {
  const here = { edge: edgeLayout, stats: statsLayout, sources: sourceLayout, ledger: ledgerLayout }
  expect(binding.layout).toEqual(here)
})

function valid(kinds: readonly Kind[]): unknown[] {
  return kinds.map((kind) => good[kind]())
}

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

test('a period is a minute at the most, so that the longest history of such is a number', () => {
  expect(() => call('open', [60_001, 1, 1, 1, 1, false])).toThrow('spanmeter native: period must be a number in range')
  const id = call('open', [60_000, 1e9, 1, 1, 1, false])
  expect(() => call('close', [id])).not.toThrow()
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

/** Random numbers that are the same in each run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

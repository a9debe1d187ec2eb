import { resolve } from 'node:path'
import type { Binding } from '../../../dist/backend/native/binding.js'
import { edgeLayout, sourceLayout, statsLayout } from '../../../dist/backend/native/layout.js'
import type { Random } from '../random.js'
import { promise, type Target } from '../target.js'

/** The addon with AddressSanitizer in it, where it was built and its run time is loaded. */
const path = process.env.SPANMETER_FUZZ_ADDON ?? resolve(__dirname, '../../../build/Release/spanmeter.node')
const binding: Binding = require(path)

type Kind = 'monitor' | 'number' | 'time' | 'boolean' | 'function' | 'edge' | 'answer' | 'moments' | 'handle'
type Functions = Record<string, (...args: readonly unknown[]) => unknown>

/** What each function of the border takes. Those that return functions of their own are in `made`. */
const border: Record<Exclude<keyof Binding, 'layout' | 'sourceCosts' | 'clockStep' | 'host'>, readonly Kind[]> = {
  now: [],
  setTimeOrigin: ['number'],
  open: ['number', 'number', 'number', 'number', 'number', 'boolean'],
  start: ['monitor'],
  stop: ['monitor'],
  close: ['monitor'],
  mark: ['monitor', 'edge'],
  release: ['monitor'],
  read: ['monitor', 'edge'],
  since: ['monitor', 'edge', 'edge', 'answer'],
  between: ['monitor', 'time', 'time', 'answer'],
  spans: ['monitor', 'boolean'],
  ledger: [],
  loopBlocks: ['number', 'function'],
  samples: ['monitor', 'time', 'time', 'number'],
  health: ['monitor'],
}
const made: Record<string, readonly Kind[]> = {
  'spans.open': [],
  'spans.close': ['handle'],
  'spans.drop': ['handle'],
  ...Object.fromEntries(
    ['open', 'turn', 'visit', 'begin', 'hold', 'reassign', 'close', 'self'].map((name) => [
      `ledger.${name}`,
      ['handle'],
    ]),
  ),
  ...Object.fromEntries(['holdOn', 'leave', 'pause', 'sums', 'turns'].map((name) => [`ledger.${name}`, []])),
  'ledger.watchLoop': ['boolean'],
  'turns.take': ['moments'],
  ...Object.fromEntries(['closed', 'size', 'end'].map((name) => [`turns.${name}`, []])),
  ...Object.fromEntries(['end', 'restart', 'runningSince'].map((name) => [`loopBlocks.${name}`, []])),
  'loopBlocks.setMin': ['number'],
}

const numbers = [0, -0, 1, 0.5, -1, 50, 1000, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64, 1e300, -1e300, 5e-324]
numbers.push(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -(2 ** 63), -(2 ** 53), 9.3e15, 1e15)

/** What earlier calls returned, to be given to later ones: a few of each. */
const held: Record<'monitors' | 'handles', unknown[]> & { functions: Map<string, Functions> } = {
  ...{ monitors: [], handles: [0, 1] },
  functions: new Map(),
}

function keep(list: unknown[], value: unknown): void {
  list.push(value)
  if (list.length > 8) list.shift()
}

function arrayOf(random: Random, length: number): unknown {
  const right = new Float64Array(length)
  if (random.chance(0.7))
    for (let i = 0; i < length; i++) right[i] = random.chance(0.3) ? random.pick(numbers) : random.number()
  const kind = random.below(20)
  if (kind === 0) structuredClone(right.buffer, { transfer: [right.buffer] })
  if (kind === 1) return new Float64Array(new SharedArrayBuffer(length * 8))
  if (kind === 2) return right.subarray(random.below(length + 1))
  if (kind === 3) return new Float32Array(length)
  if (kind === 4) return new Float64Array(random.below(2 * length))
  if (kind === 5) return right.buffer
  if (kind === 6) return Array.from(right)
  if (kind === 7) return new BigInt64Array(length)
  if (kind === 8) return new DataView(right.buffer)
  if (kind === 9) return shrunk(random, length)
  return right
}

/** Of a buffer that became shorter after the array was made. */
function shrunk(random: Random, length: number): Float64Array {
  type Resizable = ArrayBuffer & { resize(length: number): void }
  const buffer = new (ArrayBuffer as unknown as new (length: number, options: object) => Resizable)(length * 8, {
    maxByteLength: length * 16,
  })
  const array = new Float64Array(buffer)
  buffer.resize(random.below(length * 16))
  return array
}

function anything(random: Random): unknown {
  const kind = random.below(10)
  if (kind === 0) return undefined
  if (kind === 1) return random.pick([null, true, false])
  if (kind === 2) return random.text()
  if (kind === 3) return random.pick([1n, Symbol('s')])
  if (kind === 4) return new Proxy(new Float64Array(64), {})
  if (kind === 5) return Object.create(random.pick([Float64Array.prototype, null]))
  if (kind === 6)
    return {
      valueOf: () => {
        throw new Error('was asked for its value')
      },
    }
  if (kind === 7) return () => {}
  return kind === 8 ? random.pick(numbers) : arrayOf(random, edgeLayout.length)
}

function argument(random: Random, kind: Kind): unknown {
  if (random.chance(0.06)) return anything(random)
  if (kind === 'monitor')
    return held.monitors.length > 0 && random.chance(0.9) ? random.pick(held.monitors) : random.number()
  if (kind === 'handle') return random.chance(0.8) ? random.pick(held.handles) : random.pick(numbers)
  if (kind === 'boolean') return random.chance(0.5)
  if (kind === 'function') return () => {}
  if (kind === 'time') return random.chance(0.6) ? performance.now() - random.fraction() * 100 : random.pick(numbers)
  if (kind === 'number') return random.chance(0.5) ? random.between(0, 100) : random.pick(numbers)
  if (kind === 'moments') return arrayOf(random, random.below(32))
  return arrayOf(random, kind === 'edge' ? edgeLayout.length : statsLayout.length)
}

/** The right number of arguments of the right kinds, or nearly. */
function argumentsOf(random: Random, kinds: readonly Kind[]): unknown[] {
  const all = kinds.map((kind) => argument(random, kind))
  if (random.chance(0.04)) all.pop()
  return random.chance(0.04) ? [...all, anything(random)] : all
}

function call(functions: Functions, name: string, args: readonly unknown[]): unknown {
  try {
    return functions[name]!(...args)
  } catch (error) {
    const { message } = error as Error
    promise(
      error instanceof TypeError && /^spanmeter native: \w+ (must be|was) /.test(message),
      `${name}() throws what it says`,
      String(error),
    )
    return undefined
  }
}

/** A history is memory: what is asked for here fits many times over. */
function openMonitor(random: Random): void {
  const args = argumentsOf(random, border.open)
  if (random.chance(0.9))
    args.splice(0, 3, random.pick([1, 0.5, 10, 0.05]), random.pick([1, 100, 1000]), 2 ** sourceLayout.length - 1)
  const [period, history] = args
  if (typeof period === 'number' && typeof history === 'number' && history / period > 1e5) args[1] = 100
  const id = call(binding as unknown as Functions, 'open', args)
  if (typeof id === 'number') held.monitors.push(id)
  if (held.monitors.length > 4) call(binding as unknown as Functions, 'close', [held.monitors.shift()])
}

const names = Object.keys(border).filter((name) => name !== 'open')
const madeNames = Object.keys(made)

function run(random: Random): void {
  if (random.chance(0.03)) {
    openMonitor(random)
    return
  }
  if (random.chance(0.5)) {
    const name = random.pick(names)
    const result = call(binding as unknown as Functions, name, argumentsOf(random, border[name as keyof typeof border]))
    if (typeof result === 'object' && result !== null && ['spans', 'ledger', 'loopBlocks'].includes(name)) {
      held.functions.set(name, result as Functions)
    }
    return
  }
  const name = random.pick(madeNames)
  const [from, own] = name.split('.') as [string, string]
  const functions = held.functions.get(from)
  if (functions === undefined) return
  const result = call(functions, own, argumentsOf(random, made[name]!))
  if (own === 'turns') held.functions.set('turns', result as Functions)
  if (own === 'open' || own === 'hold') keep(held.handles, result)
}

export const target: Target = {
  about: 'arguments of the binding',
  covers: [],
  run,
  end: () => {
    for (const id of held.monitors) call(binding as unknown as Functions, 'close', [id])
  },
}

import { localSpanOf } from '../span-accounts/this-thread.js'

/**
 * Sizes on the heap of V8 on a 64-bit machine, in bytes. Node.js builds V8 without pointer compression. A test compares
 * the sum with the heap itself.
 */
const sizes = {
  /** A field, an element, eight characters. */
  word: 8,
  /** An object without its fields. */
  object: 24,
  /** It has room for four fields. */
  emptyObject: 56,
  array: 32,
  /** The store of an array that is not empty. */
  elements: 16,
  string: 16,
  /** A number that is not a small integer. */
  number: 16,
  /** A function that belongs to one span, with what it closes over. */
  closure: 104,
  /** A Map, a Set or a typed array, without its content. */
  collection: 160,
  /** An entry of an object that is a hash table. */
  tableEntry: 24,
  /** What spanmeter keeps of a span that it measured. */
  local: 300,
}

/** V8 turns an object to which so many properties are added one by one into a hash table. */
const tableFrom = 17
/** Deeper are objects of others that a span only refers to. */
const maxDepth = 4

/** Fields that refer to objects which many spans have in common. */
const shared = new Set([
  ...['resource', 'parentSpanContext', 'instrumentationScope', 'instrumentationLibrary'],
  ...['_spanProcessor', '_spanLimits', '_clock', '_logger', '_traceState'],
])

/**
 * About how much memory a finished span holds, in bytes: its fields, attributes, events and links, with the sizes that
 * they have in V8. Never throws.
 */
export function sizeOfSpan(span: object): number {
  let size = sizes.object
  try {
    for (const key of Object.keys(span)) {
      size += sizes.word
      if (!shared.has(key)) size += sizeOf((span as Record<string, unknown>)[key], maxDepth)
    }
    if (localSpanOf(span as { spanContext(): object }) !== undefined) size += sizes.local
  } catch {
    // The span has a field that cannot be read. The fields before it count.
  }
  return size
}

function sizeOf(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return sizes.string + Math.ceil(value.length / 8) * sizes.word
    case 'number':
      return (value | 0) === value ? 0 : sizes.number
    case 'function':
      return sizes.closure
    case 'object':
      return value === null || depth === 0 ? 0 : sizeOfObject(value, depth - 1)
    default:
      return 0
  }
}

function sizeOfObject(value: object, depth: number): number {
  if (value instanceof Map || value instanceof Set) return sizes.collection
  if (ArrayBuffer.isView(value)) return sizes.collection + value.byteLength
  const values = Object.values(value)
  const held = values.reduce<number>((sum, item) => sum + sizeOf(item, depth), 0)
  if (Array.isArray(value)) {
    return sizes.array + (values.length > 0 ? sizes.elements + values.length * sizes.word : 0) + held
  }
  if (values.length === 0) return sizes.emptyObject
  if (values.length < tableFrom) return sizes.object + values.length * sizes.word + held
  const entries = 2 ** Math.ceil(Math.log2(values.length * 1.5))
  return sizes.object + entries * sizes.tableEntry + held
}

/** The mean size of the latest spans, by every 64th of them. */
export class MeanSpanSize {
  #ended = 0
  #bytes = 0

  /** 0 before the first span. */
  get bytes(): number {
    return this.#bytes
  }

  ended(span: object): void {
    if (this.#ended++ % 64 !== 0) return
    const weight = Math.max(1 / 16, 64 / (this.#ended + 63))
    this.#bytes += (sizeOfSpan(span) - this.#bytes) * weight
  }
}

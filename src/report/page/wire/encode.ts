import { gzipSync } from 'node:zlib'
import { type Column, type ColumnHead, type ColumnReference, columnTypes, type Head, steps } from './layout.js'
import { encodeNumbers } from './numbers.js'

/** Any data with columns of numbers in it, as base64 of gzip. Numbers lose what `steps` says. */
export function encode(data: unknown): string {
  const writer = new ColumnWriter()
  const text = JSON.stringify(data, function (this: Record<string, unknown>, key, value) {
    if (!isColumn(value)) return value
    const base = key !== 'avg' && isColumn(this.avg) ? this.avg : undefined
    return { column: writer.add(value, steps[key] ?? 1, base) } satisfies ColumnReference
  })
  const head = new TextEncoder().encode(`{"data":${text},"columns":${JSON.stringify(writer.heads)}}`)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, head.length, true)
  return gzipSync(Buffer.concat([length, head, ...writer.bytes])).toString('base64')
}

/** Writes each column once, however often it is referred to. */
class ColumnWriter {
  readonly heads: Head['columns'] = []
  readonly bytes: Uint8Array[] = []
  readonly #indexes = new Map<Column, number>()

  add(column: Column, step: number, base?: Column): number {
    const known = this.#indexes.get(column)
    if (known !== undefined) return known
    const baseIndex = base === undefined ? undefined : this.add(base, step)
    const bytes = encodeNumbers(column, step, base && Float64Array.from(base))
    const type = column.constructor.name as ColumnHead['type']
    const head: ColumnHead = { type, length: column.length, size: bytes.length, step }
    if (baseIndex !== undefined) head.base = baseIndex
    this.bytes.push(bytes)
    this.#indexes.set(column, this.heads.push(head) - 1)
    return this.heads.length - 1
  }
}

function isColumn(value: unknown): value is Column {
  return Object.values(columnTypes).some((type) => value instanceof type)
}

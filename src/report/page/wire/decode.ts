import { type Column, columnTypes, type Head } from './layout.js'
import { decodeNumbers } from './numbers.js'

/** The reverse of `encode()`, for a browser: base64 of gzip to the data with its columns. */
export async function decode<T>(base64: string): Promise<T> {
  const gzip = bytesOf(base64)
  const plain = new Blob([gzip]).stream().pipeThrough(new DecompressionStream('gzip'))
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer())
  const headLength = new DataView(bytes.buffer).getUint32(0, true)
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + headLength))

  // The heads of the columns stand behind the data that refers to them, so references are resolved afterwards.
  const head = JSON.parse(text) as Head
  const columns = columnsOf(head, bytes, 4 + headLength)
  return withColumns(head.data, columns) as T
}

/** Newer than the oldest browsers that the page is for. */
type Base64Reader = { fromBase64?(base64: string): Uint8Array<ArrayBuffer> }

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as Base64Reader
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, base64)
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

function columnsOf(head: Head, bytes: Uint8Array, begin: number): Column[] {
  const columns: Column[] = []
  let at = begin
  for (const { type, length, size, step, base } of head.columns) {
    const from = base === undefined ? undefined : Float64Array.from(columns[base]!)
    const values = decodeNumbers(bytes.subarray(at, at + size), length, step, from)
    columns.push(type === 'Float64Array' ? values : new columnTypes[type](values))
    at += size
  }
  return columns
}

/** Texts are many and hold no references: lists of them are passed on as they are. */
function withColumns(value: unknown, columns: readonly Column[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return typeof value[0] === 'object' ? value.map((item) => withColumns(item, columns)) : value
  }
  if ('column' in value) return columns[value.column as number]
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withColumns(item, columns)]))
}

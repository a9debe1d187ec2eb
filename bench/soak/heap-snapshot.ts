import { readFileSync } from 'node:fs'

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } }
  /** The fields of all nodes, one after the other. */
  nodes: number[]
  strings: string[]
}

/** Lists that V8 keeps itself, among them of the code that is invalid once a shape of objects changes. */
const weakList = 'system / WeakArrayList'

/**
 * Of the heap of which a file has the snapshot, what V8 keeps to run functions: their code, and what it has seen and noted
 * of them to compile them. No object of a program is in it.
 */
export function functionBytesIn(file: string): number {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, 'utf8')) as Snapshot
  const { node_fields: fields, node_types: types } = snapshot.meta
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field)) as [
    number,
    number,
    number,
  ]
  const [code, hidden] = ['code', 'hidden'].map((kind) => types[0].indexOf(kind))
  const list = strings.indexOf(weakList)
  let bytes = 0
  for (let i = 0; i < nodes.length; i += fields.length) {
    const kind = nodes[i + type]
    if (kind === code || (kind === hidden && nodes[i + name] === list)) bytes += nodes[i + size]!
  }
  return bytes
}

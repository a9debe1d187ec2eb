import { FreeRows } from './free-rows.js'
import { rootsOf } from './roots.js'

export interface Intervals {
  start: Float64Array
  duration: Float64Array
  /** Index of the parent; -1: none. */
  parent: Int32Array
}

/** Where each span is drawn. In one row no two overlap, and a child is below its parent. */
export interface Lanes {
  rows: number
  row: Uint32Array
  /** The spans by row, and in each by time. */
  order: Uint32Array
  /** Where each row begins in `order`; one more for the end. */
  begin: Uint32Array
  /** Start and end of the spans, as in `order`. */
  starts: Float64Array
  ends: Float64Array
}

/**
 * Packs trees of spans into rows: each tree into the topmost rows that are free from its start to its end, as many as it
 * needs. So what belongs together stands together.
 */
export function packLanes({ start, duration, parent }: Intervals): Lanes {
  const byStart = Uint32Array.from(start.keys()).sort((a, b) => start[a]! - start[b]! || duration[b]! - duration[a]!)
  const row = new Uint32Array(start.length)
  const rows = new FreeRows()
  for (const tree of treesOf(byStart, rootsOf(parent))) {
    const { height, end } = packTree(tree, { start, duration, parent }, row)
    const top = rows.take(0, start[tree[0]!]!, end, height)
    for (const span of tree) row[span]! += top
  }
  return inOrder(byStart, row, rows.count, start, duration)
}

/** The spans of each tree by start, and the trees by the start of their first span. */
function treesOf(byStart: Uint32Array, root: Uint32Array): Uint32Array[] {
  const size = new Uint32Array(root.length)
  for (const of of root) size[of]!++
  const trees = new Map<number, { spans: Uint32Array; length: number }>()
  for (const span of byStart) {
    const of = root[span]!
    let tree = trees.get(of)
    if (tree === undefined) {
      tree = { spans: new Uint32Array(size[of]!), length: 0 }
      trees.set(of, tree)
    }
    tree.spans[tree.length++] = span
  }
  return Array.from(trees.values(), ({ spans }) => spans)
}

function packTree(tree: Uint32Array, { start, duration, parent }: Intervals, row: Uint32Array) {
  const rows = new FreeRows()
  const done = new Set<number>()
  let end = 0
  for (const span of tree) {
    const until = start[span]! + duration[span]!
    const above = parent[span]!
    // One that starts before its parent, as clocks allow, is below the top all the same.
    const lowest = above < 0 ? 0 : done.has(above) ? row[above]! + 1 : 1
    row[span] = rows.take(lowest, start[span]!, until)
    done.add(span)
    end = Math.max(end, until)
  }
  return { height: rows.count, end }
}

function inOrder(
  byStart: Uint32Array,
  row: Uint32Array,
  rows: number,
  start: Float64Array,
  duration: Float64Array,
): Lanes {
  const begin = new Uint32Array(rows + 1)
  for (const of of row) begin[of + 1]!++
  for (let i = 0; i < rows; i++) begin[i + 1]! += begin[i]!
  const next = begin.slice()
  const order = new Uint32Array(row.length)
  for (const span of byStart) order[next[row[span]!]!++] = span
  const starts = Float64Array.from(order, (span) => start[span]!)
  const ends = Float64Array.from(order, (span) => start[span]! + duration[span]!)
  return { rows, row, order, begin, starts, ends }
}

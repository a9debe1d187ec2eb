/** The topmost span above each. Where parents go in a circle, which no tracer writes but a file may hold, any one of it. */
export function rootsOf(parent: Int32Array): Uint32Array {
  const unknown = 0xffffffff
  const root = new Uint32Array(parent.length).fill(unknown)
  const way: number[] = []
  const onWay = new Set<number>()
  for (let span = 0; span < parent.length; span++) {
    let top = span
    while (root[top] === unknown && parent[top]! >= 0 && parent[top]! < parent.length && !onWay.has(top)) {
      way.push(top)
      onWay.add(top)
      top = parent[top]!
    }
    const of = root[top] === unknown ? top : root[top]!
    root[top] = of
    for (const below of way) root[below] = of
    way.length = 0
    onWay.clear()
  }
  return root
}

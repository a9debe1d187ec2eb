import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from './helpers/child'

// Scripts have no types.
const part = (name: string) => import(join(packageRoot, 'scripts/mutations', name))
const all = part('all.mjs')
const orders = part('orders.mjs')
const looks = part('second-looks.mjs')

const source = (text: string) => ({ file: 'native/core/made-up.cc', text })

describe('the mutations of memory orders', () => {
  test('cover every access to an atomic, every lock and every second look of the sources', async () => {
    const { uncovered } = await all
    expect(uncovered(packageRoot)).toEqual([])
  })

  test('were run on the sources as they are', async () => {
    interface Mutation {
      kind: string
      file: string
      what: string
    }
    const { mutations } = await all
    const record = readFileSync(join(packageRoot, 'bench/results/reliability/memory-orders.json'), 'utf8')
    const names = (some: readonly Mutation[]) => some.map(({ kind, file, what }) => `${kind}: ${file}: ${what}`).sort()
    expect(names(JSON.parse(record).mutations)).toEqual(names(mutations(packageRoot)))
  })

  test('find an access within another, across lines and behind an index', async () => {
    const { accesses, unknown } = await orders
    const text = `
      count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_release);  // memory_order_seq_cst
      words[row & (capacity - 1)].load(
          std::memory_order_acquire);`
    const found = accesses(source(text)).map(({ operation, order }: Record<string, string>) => `${operation} ${order}`)
    expect(found).toEqual(['load relaxed', 'store release', 'load acquire'])
    expect(unknown(source(text))).toEqual([])
  })

  test('weaken each order by one step, and relaxed by none', async () => {
    const { weakened } = await orders
    const steps = (text: string) => weakened(source(text)).map((mutation: { text: string }) => mutation.text)
    expect(steps('x.load(std::memory_order_relaxed)')).toEqual([])
    expect(steps('x.load(std::memory_order_seq_cst)')).toEqual(['x.load(std::memory_order_acquire)'])
    expect(steps('x.fetch_add(1, std::memory_order_acq_rel)')).toEqual([
      'x.fetch_add(1, std::memory_order_acquire)',
      'x.fetch_add(1, std::memory_order_release)',
    ])
  })

  test('complain of what they do not know', async () => {
    const [{ unknown }, { unlisted }] = await Promise.all([orders, looks])
    const complaints = [
      'std::atomic<int> x; x.store(1);',
      'std::atomic_thread_fence(std::memory_order_acquire);',
      'constexpr auto kOrder = std::memory_order_relaxed;',
      'volatile int x;',
    ].map((text) => unknown(source(text)).length)
    expect(complaints).toEqual([1, 2, 1, 1])
    expect(unlisted(source('if (row < rows.oldest()) return;'))).toHaveLength(1)
  })
})

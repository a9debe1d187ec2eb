import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { frame, PageReader, whyNoBrowser } from './helpers/browser'
import { chances, type MadeSpan, processOf, reportOf, sampled, spanColumns } from './helpers/report-data'
import { dragOver, pageOf, tableOf } from './helpers/report-page'

const reader = new PageReader()
let page: Page

const chance = chances(3)
const mb = 2 ** 20
const names = ['GET /orders/:id', 'POST /orders', 'render']
const spans: MadeSpan[] = Array.from({ length: 400 }, (_, i) => {
  const duration = Math.round(chance() * 30_000) / 1000
  return {
    name: names[i % 3]!,
    start: Math.round(chance() * 950_000) / 1000,
    duration,
    selfMs: Math.round(duration * 300) / 1000,
    othersMs: 0.5,
    waitMs: 0.25,
    cpuMs: 2,
    memoryMax: (100 + i) * mb,
    flags: i % 12 === 0 ? 1 : i % 12 === 1 ? 8 : 0,
    attributes: JSON.stringify({ user: `user-${i}` }),
  }
})
const { time, values } = sampled(1000, 1, () => 50)
const cpu = { min: values, avg: values, max: values }

beforeAll(async () => {
  if (whyNoBrowser !== '') return
  const html = pageOf(reportOf(1000, [processOf({ time, cpu, thread: cpu, spans: spanColumns(spans) })]))
  page = (await reader.open(html)).page
})
afterAll(() => reader.close())

beforeEach(async () => {
  if (whyNoBrowser !== '') return
  await page.reload()
  await page.waitForSelector('body[data-state=drawn]')
})

/** What the table must say, by the plainest way to it. */
function expected(of: readonly MadeSpan[]) {
  const rows = names.map((name) => {
    const mine = of.filter((span) => span.name === name)
    const sorted = mine.map(({ duration }) => duration).sort((a, b) => a - b)
    const sum = (pick: (span: MadeSpan) => number) => mine.reduce((total, span) => total + pick(span), 0)
    return {
      name,
      count: mine.length,
      p50: sorted[Math.ceil(sorted.length / 2) - 1]!,
      p95: sorted[Math.ceil(sorted.length * 0.95) - 1]!,
      self: sum(({ selfMs }) => selfMs!),
      others: sum(({ othersMs }) => othersMs!),
      cpu: sum(({ cpuMs }) => cpuMs!),
      wait: sum(({ waitMs }) => waitMs!),
      memory: Math.max(...mine.map(({ memoryMax }) => memoryMax!)) / mb,
    }
  })
  return rows.filter(({ count }) => count > 0)
}

/** A figure of the table, in ms or MB, to its three digits. */
function figure(text: string): number {
  const [, number, unit] = /^([\d.\u202f]+) (µs|ms|s|MB)$/.exec(text)!
  const factor = { µs: 0.001, ms: 1, s: 1000, MB: 1 }[unit!]!
  return Number(number!.replaceAll('\u202f', '')) * factor
}

async function expectTable(of: readonly MadeSpan[]): Promise<void> {
  const shown = new Map((await tableOf(page)).map((row) => [row[0]!, row]))
  const truth = expected(of)
  expect([...shown.keys()].sort()).toEqual(truth.map(({ name }) => name).sort())
  for (const { name, count, ...figures } of truth) {
    const [, shownCount, ...cells] = shown.get(name)!
    expect(shownCount, name).toBe(String(count))
    Object.entries(figures).forEach(([what, value], i) => {
      expect(Math.abs(figure(cells[i]!) / value - 1), `${what} of ${name}: ${cells[i]} for ${value}`).toBeLessThan(
        0.006,
      )
    })
  }
}

const withFlag = (flag: number) => spans.filter(({ flags }) => flags === flag).length
const touching = (from: number, to: number) =>
  spans.filter(({ start, duration }) => start <= to && start + duration >= from)

describe.skipIf(whyNoBrowser !== '')(`the table of span names${whyNoBrowser}`, () => {
  test('says what the data says', async () => {
    await expectTable(spans)
    const flags = (await tableOf(page)).map((row) => row.at(-1))
    expect(flags.sort()).toEqual(['', `▲ ${withFlag(1)}`, `✕ ${withFlag(8)}`])
  })

  test('follows the range that is selected, and forgets it', async () => {
    await dragOver(page, 300, 500)
    const said = await page.locator('.shown').innerText()
    const [from, to] = [...said.matchAll(/(\d\.\d+) s/g)].map(([, seconds]) => Number(seconds) * 1000)
    expect(from).toBeGreaterThan(297)
    expect(to).toBeLessThan(503)
    const selected = touching(from!, to!)
    expect(selected.length).toBeLessThan(spans.length / 2)
    await expectTable(selected)
    await page.keyboard.press('Escape')
    await expectTable(spans)
  })

  test('follows what is shown, on demand', async () => {
    for (let i = 0; i < 4; i++) await page.keyboard.press('w')
    await page.keyboard.press('r')
    await frame(page)
    const [from, to] = (await page.locator('.timeline').getAttribute('data-view'))!.split(' ').map(Number)
    expect(to! - from!).toBeLessThan(300)
    await expectTable(touching(from!, to!))
    await page.getByRole('button', { name: 'Clear the selection' }).click()
    await expectTable(spans)
  })

  test('sorts by any column, either way', async () => {
    for (const [i, title] of [
      'Span name',
      'Count',
      'p50',
      'p95',
      'Own CPU',
      'Others on the loop',
      'Memory',
    ].entries()) {
      const heading = page.getByRole('columnheader', { name: title })
      const button = heading.getByRole('button')
      await button.click()
      const first = await heading.getAttribute('aria-sort')
      const once = (await tableOf(page)).map(([name]) => name)
      await button.click()
      const twice = (await tableOf(page)).map(([name]) => name)
      expect(await heading.getAttribute('aria-sort'), title).not.toBe(first)
      expect(['ascending', 'descending']).toContain(first)
      const keys = ['name', 'count', 'p50', 'p95', 'self', 'others', 'memory'] as const
      const order = expected(spans).sort((a, b) => (a[keys[i]!] < b[keys[i]!] ? -1 : a[keys[i]!] > b[keys[i]!] ? 1 : 0))
      const distinct = new Set(order.map((row) => row[keys[i]!])).size === order.length
      const ascending = first === 'ascending' ? once : twice
      if (distinct) expect(ascending, title).toEqual(order.map(({ name }) => name))
      if (distinct) expect([...once].reverse(), title).toEqual(twice)
    }
  })

  test('is searched by name, attribute and id', async () => {
    const search = page.getByRole('searchbox')
    const found = page.locator('.found')
    await search.fill('ORDERS')
    await expect.poll(() => found.innerText()).toBe('267 found')
    await expectTable(spans.filter(({ name }) => name.includes('orders')))
    await search.fill('user-17"')
    await expect.poll(() => found.innerText()).toBe('1 found')
    await expectTable([spans[17]!])
    await search.fill('')
    await expect.poll(() => found.innerText()).toBe('')
    await search.fill((25).toString(16).padStart(32, '0'))
    await expect.poll(() => found.innerText()).toBe('1 found')
    await expectTable([spans[25]!])
    await search.fill('nothing of that kind')
    await expect.poll(() => found.innerText()).toBe('0 found')
    expect(await tableOf(page)).toEqual([])
    await search.fill('')
    await expect.poll(() => found.innerText()).toBe('')
    await expectTable(spans)
  })

  test('a name leads to the spans that stand out, and to these', async () => {
    await page.getByRole('button', { name: 'render', exact: true }).click()
    const card = page.getByRole('complementary', { name: 'Details' })
    await expect.poll(() => card.getByRole('heading').first().innerText()).toBe('render')
    const longest = Math.max(...spans.filter(({ name }) => name === 'render').map(({ duration }) => duration))
    const first = card.locator('ol').first().getByRole('button').first()
    expect(figure((await first.innerText()).split(' at ')[0]!)).toBeCloseTo(longest, 1)
    await first.click()
    await expect.poll(() => card.locator('dd').first().innerText()).toMatch(/ms$/)
    expect(figure(await card.locator('dd').first().innerText())).toBeCloseTo(longest, 1)
    // All other names stay in the table.
    await expectTable(spans)
  })
})

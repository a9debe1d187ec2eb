import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { largeReport } from '../bench/load/large-report'
import { frame, type OpenPage, PageReader, whyNoBrowser } from './helpers/browser'
import { pageOf, panel, readAt, shown, tableOf } from './helpers/report-page'

const reader = new PageReader()
const html = pageOf(largeReport(1_000_000))
let opened: OpenPage
let page: Page

beforeAll(async () => {
  if (whyNoBrowser !== '') return
  opened = await reader.open(html)
  page = opened.page
})
afterAll(() => reader.close())

test('a million points of four series and a hundred thousand spans are less than 25 MB', () => {
  expect(Buffer.byteLength(html)).toBeLessThan(25e6)
  expect(Buffer.byteLength(html)).toBeGreaterThan(5e6)
})

describe.skipIf(whyNoBrowser !== '')(`such a page${whyNoBrowser}`, () => {
  test('is drawn', async () => {
    expect(await page.locator('.panel:visible h3').allInnerTexts()).toEqual([
      'Process CPU',
      'JavaScript thread',
      'Memory',
      'Run delay',
      'Spans',
    ])
    expect(await panel(page, 'Process CPU').locator('.readout').innerText()).toMatch(
      /^avg (89|90)(\.\d)? % · max 180 %$/,
    )
  })

  test('shows the first hundred of ten thousand names, and more on demand', async () => {
    expect(await tableOf(page)).toHaveLength(100)
    await page.getByRole('button', { name: 'Show more (9\u202f900 are hidden)' }).click()
    expect(await page.locator('.names tbody tr').count()).toBe(600)
    await page.getByRole('searchbox').fill('operation 777')
    await expect.poll(() => page.locator('.names tbody tr').count()).toBe(11)
    await page.getByRole('searchbox').fill('')
    await expect.poll(() => page.locator('.names tbody tr').count()).toBe(100)
  })

  test('zooms to a spike of 2 ms in a quarter of an hour', async () => {
    await page.locator('.timeline').evaluate('scrollTo(0, 0)')
    for (let i = 0; i < 60 && (await span()) > 20; i++) {
      await readAt(page, 'JavaScript thread', 500_001.5)
      await page.mouse.wheel(0, -400)
      await frame(page)
    }
    expect(await readAt(page, 'JavaScript thread', 500_001.5)).toBe('99 %')
    expect(await readAt(page, 'JavaScript thread', 499_999.5)).toBe('1 %')
  })

  test('cuts an attribute of a megabyte until it is asked for', async () => {
    // It is not in view.
    await page.getByRole('searchbox').fill('xxxxxxxxxx')
    await expect.poll(() => page.locator('.found').innerText()).toBe('1 found')
    await page.getByRole('searchbox').press('Enter')
    await page.keyboard.press('j')
    const value = page.locator('.attributes dd')
    await expect.poll(async () => (await value.innerText()).length).toBeLessThan(600)
    await value.getByRole('button').click()
    await expect.poll(async () => (await value.innerText()).length).toBe(1e6)
    // The picked span is in view.
    const [from, to] = await shown(page)
    expect(from).toBeLessThanOrEqual(63)
    expect(to).toBeGreaterThan(63)
    expect(opened.complaints).toEqual([])
    expect(opened.requests).toEqual([])
  })
})

async function span(): Promise<number> {
  const [from, to] = await shown(page)
  return to - from
}

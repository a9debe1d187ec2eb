import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { ReportData } from '../../src/report/data'
import { frame } from './browser'

const load = createRequire(__filename)

export const { pageOf } = load('../../dist/report/page/page.js') as { pageOf(data: ReportData): string }

/** Left of the plots are labels. */
const gutter = 62
const margin = 16

/** The range that the timeline shows, in ms. */
export async function shown(page: Page): Promise<[from: number, to: number]> {
  await frame(page)
  const text = await page.locator('.timeline').getAttribute('data-view')
  return text!.split(' ').map(Number) as [number, number]
}

/** Where a moment is on the page, in CSS pixels. */
export async function xOf(page: Page, time: number): Promise<number> {
  const [from, to] = await shown(page)
  const box = (await page.locator('.plots').boundingBox())!
  return box.x + gutter + ((time - from) / (to - from)) * (box.width - gutter - margin)
}

/** The middle of a chart, by its title. */
export async function yOf(page: Page, title: string): Promise<number> {
  const box = (await panel(page, title).locator('.plot, canvas, .lanes').first().boundingBox())!
  return box.y + box.height / 2
}

export function panel(page: Page, title: string) {
  return page.locator('.panel').filter({ has: page.getByRole('heading', { name: title, exact: true }) })
}

/** What a chart says of a moment, with the pointer there. */
export async function readAt(page: Page, title: string, time: number): Promise<string> {
  await page.mouse.move(await xOf(page, time), await yOf(page, title))
  await frame(page)
  return panel(page, title).locator('.readout').innerText()
}

/** Selects a range with the mouse. */
export async function dragOver(page: Page, from: number, to: number, title = 'JavaScript thread'): Promise<void> {
  const y = await yOf(page, title)
  await page.mouse.move(await xOf(page, from), y)
  await page.mouse.down()
  await page.mouse.move(await xOf(page, to), y, { steps: 4 })
  await page.mouse.up()
  await frame(page)
}

/** Where a moment is in a row of the spans, which comes into sight. */
export async function pointOf(page: Page, time: number, row: number): Promise<[x: number, y: number]> {
  await page.locator('.lanes').scrollIntoViewIfNeeded()
  const box = (await page.locator('.lanes').boundingBox())!
  return [await xOf(page, time), box.y + row * 20 + 10]
}

/** The table as it is read: rows of texts, the name first. */
export async function tableOf(page: Page): Promise<string[][]> {
  await frame(page)
  const rows = await page.locator('.names tbody tr').all()
  return Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()))
}

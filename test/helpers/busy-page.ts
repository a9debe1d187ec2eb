import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { PageReader, whyNoBrowser } from './browser'
import { duration, process } from './busy-recording'
import { reportOf } from './report-data'
import { pageOf } from './report-page'

/** The page of a busy recording, drawn anew before each test that uses it. */
export let page: Page

/** With the browser that has it. */
export const reader = new PageReader()

/** Has it for all tests of a file, where there is a browser. */
export function keepBusyPage(): void {
  beforeAll(async () => {
    if (whyNoBrowser === '') page = (await reader.open(pageOf(reportOf(duration, [process])))).page
  })
  afterAll(() => reader.close())
  beforeEach(async () => {
    if (whyNoBrowser !== '') return
    await page.reload()
    await page.waitForSelector('body[data-state=drawn]')
  })
}

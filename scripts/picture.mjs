/**
 * Makes the pictures of a report in the README, from the page that the demo has written, in Debian's Chromium:
 *   npm run picture
 * They show the time around a request that blocked the event loop, with the pointer on its span.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const report = pathToFileURL(resolve('demo-report/report.html')).href
const folder = 'examples/demo/pictures'
/** Of each: everybody who opens the README loads one. */
const mostBytes = 200_000

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
for (const colorScheme of ['light', 'dark']) {
  const path = `${folder}/report-${colorScheme}.png`
  for (const sharpness of [1.5, 1.25, 1]) {
    await take(path, { colorScheme, deviceScaleFactor: sharpness })
    if (statSync(path).size < mostBytes) break
  }
  console.log(`${path}: ${Math.round(statSync(path).size / 1000)} kB`)
}
await browser.close()

async function take(path, look) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1450 }, ...look })
  await page.goto(report)
  await page.waitForSelector('body[data-state=drawn]')
  await showBlock(page)
  await page.screenshot({ path, clip: await page.locator('.timeline').boundingBox() })
  await page.close()
}

/** Zooms to about a second around the span of /block that ran most itself, and points at it. */
async function showBlock(page) {
  await page.getByRole('button', { name: 'GET /block' }).click()
  const card = page.getByRole('complementary')
  await card.getByRole('list').last().getByRole('button').first().click()
  await card.getByRole('button', { name: 'Zoom to it' }).click()
  for (const key of ['s', 's', 's', 's', 's', 'Escape', 'Escape']) await page.keyboard.press(key)
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  await page.evaluate('scrollTo(0, 0)')
  const spans = await page.locator('.lanes').boundingBox()
  const middle = 62 + (spans.width - 62 - 16) / 2
  const rows = Math.floor(spans.height / 20)
  const isThere = async () => (await page.locator('.tip:visible').allInnerTexts()).join('').includes('/block')
  for (let row = 0; row < rows && !(await isThere()); row++) {
    await page.mouse.move(spans.x + middle, spans.y + row * 20 + 10)
  }
}

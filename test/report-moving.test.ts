import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from './helpers/browser'
import { keepBusyPage, page, reader } from './helpers/busy-page'
import { duration, process } from './helpers/busy-recording'
import { reportOf } from './helpers/report-data'
import { dragOver, pageOf, shown, xOf, yOf } from './helpers/report-page'

keepBusyPage()

describe.skipIf(whyNoBrowser !== '')(`moving in the timeline${whyNoBrowser}`, () => {
  test('the wheel zooms around the pointer, and scrolls where there is nothing to zoom', async () => {
    await page.mouse.move(await xOf(page, 4100), await yOf(page, 'JavaScript thread'))
    const scrolled = (await page.evaluate('scrollY')) as number
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -300)
    await expect.poll(async () => (([from, to]) => to - from)(await shown(page))).toBeLessThan(1500)
    const [from, to] = await shown(page)
    const share = (4100 - from) / (to - from)
    expect(share).toBeGreaterThan(0.38)
    expect(share).toBeLessThan(0.44)
    expect(await page.evaluate('scrollY')).toBe(scrolled)
    for (let i = 0; i < 8; i++) await page.mouse.wheel(0, 300)
    await expect.poll(() => shown(page)).toEqual([0, duration])
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(scrolled)
  })

  test('a drag selects, and what is selected can be zoomed to', async () => {
    await dragOver(page, 4000, 6000)
    await page.getByRole('button', { name: 'Zoom to selection' }).click()
    const [from, to] = await shown(page)
    expect(Math.abs(from - 4000)).toBeLessThan(20)
    expect(Math.abs(to - 6000)).toBeLessThan(20)
    await page.keyboard.down('Shift')
    await dragOver(page, 5000, 5500)
    await page.keyboard.up('Shift')
    const [moved] = await shown(page)
    expect(Math.abs(moved - (from - 500))).toBeLessThan(20)
  })

  test('the minimap moves the window, its edges, and makes a new one', async () => {
    const box = (await page.locator('.minimap').boundingBox())!
    const x = (time: number) => box.x + 62 + (time / duration) * (box.width - 78)
    const y = box.y + 30
    const drag = async (from: number, to: number) => {
      await page.mouse.move(x(from), y)
      await page.mouse.down()
      await page.mouse.move(x(to), y, { steps: 3 })
      await page.mouse.up()
    }
    const near = ([from, to]: [number, number]) =>
      expect
        .poll(() => shown(page))
        .toSatisfy(([first, last]) => Math.abs(first - from) < 30 && Math.abs(last - to) < 30)
    await drag(2000, 4000)
    await near([2000, 4000])
    await drag(3000, 6000)
    await near([5000, 7000])
    await drag(7000, 9000)
    await near([5000, 9000])
    await drag(5000, 8000)
    await near([8000, 9000])
    await page.mouse.click(x(2000), y)
    await near([1500, 2500])
  })

  test('fingers move and pinch', async () => {
    const { page: touched } = await reader.open(pageOf(reportOf(duration, [process])), { hasTouch: true })
    await touched.keyboard.press('w')
    const [from, to] = await shown(touched)
    const cdp = await touched.context().newCDPSession(touched)
    const y = await yOf(touched, 'JavaScript thread')
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: number[]) =>
      cdp.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x, y, id })) })
    await touch('touchStart', 600)
    for (const x of [620, 640, 660, 680, 700]) await touch('touchMove', x)
    await touch('touchEnd')
    await expect.poll(async () => (await shown(touched))[0]).toBeLessThan(from)
    await touch('touchStart', 500, 700)
    for (const by of [20, 40, 60, 80, 100]) await touch('touchMove', 500 - by, 700 + by)
    await touch('touchEnd')
    await expect.poll(async () => (([a, b]) => b - a)(await shown(touched))).toBeLessThan((to - from) * 0.7)
    await touched.context().close()
  })
})

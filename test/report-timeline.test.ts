import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { frame, PageReader, whyNoBrowser } from './helpers/browser'
import { processOf, reportOf, sampled, spanColumns } from './helpers/report-data'
import { dragOver, pageOf, panel, pointOf, readAt, shown, xOf, yOf } from './helpers/report-page'

const reader = new PageReader()
let page: Page

const mb = 2 ** 20
const duration = 10_000
/** The thread is busy from 4000 to 4200 ms, and for 2 ms at 8000. */
const { time, values: thread } = sampled(duration, 1, (at) =>
  (at > 4000 && at <= 4200) || (at > 8000 && at <= 8002) ? 97 : 1,
)
const cpu = thread.map((value) => value + 12)
const memory = sampled(duration, 4, (at) => (at < 5000 ? 100 : 150))
const wait = sampled(duration, 10, (at) => (at > 2000 && at <= 2100 ? 40 : 0))
const process = processOf({
  time,
  cpu: { min: cpu, avg: cpu, max: cpu },
  thread: { min: thread, avg: thread, max: thread },
  memory: { time: memory.time, bytes: Float64Array.from(memory.values, (value) => value * mb) },
  wait: { time: wait.time, percent: wait.values },
  throttled: { time: wait.time, percent: wait.values.map((value) => value / 2) },
  gc: { start: Float64Array.of(1000, 3000), duration: Float32Array.of(5, 80), kind: ['minor', 'major'] },
  blocks: { start: Float64Array.of(4000), duration: Float32Array.of(200) },
  spans: spanColumns([
    {
      name: 'request',
      start: 3900,
      duration: 1000,
      selfMs: 20,
      flags: 8,
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
    },
    {
      name: 'loop',
      start: 4000,
      duration: 200,
      parent: 0,
      selfMs: 196,
      flags: 1,
      attributes: '{"rows":12,"query":"SELECT 1"}',
    },
    { name: 'other request', start: 4100, duration: 1500, selfMs: 1 },
    { name: 'late', start: 9000, duration: 100 },
  ]),
})

beforeAll(async () => {
  if (whyNoBrowser === '') page = (await reader.open(pageOf(reportOf(duration, [process])))).page
})
afterAll(() => reader.close())

beforeEach(async () => {
  if (whyNoBrowser !== '') return
  await page.reload()
  await page.waitForSelector('body[data-state=drawn]')
})

const card = () => page.getByRole('complementary', { name: 'Details' })

describe.skipIf(whyNoBrowser !== '')(`the timeline${whyNoBrowser}`, () => {
  test('has a chart for each thing that was recorded', async () => {
    expect(await page.locator('.panel:visible h3').allInnerTexts()).toEqual([
      'Process CPU',
      'JavaScript thread',
      'Memory',
      'Run delay',
      'Throttling',
      'Garbage collection',
      'Blocked event loop',
      'Spans',
    ])
  })

  test('says at the cursor what was recorded at that moment, in all charts at once', async () => {
    await page.keyboard.press('0')
    expect(await readAt(page, 'JavaScript thread', 4100)).toBe('97 %')
    const at = (title: string) => panel(page, title).locator('.readout').innerText()
    expect(await at('Process CPU')).toBe('109 %')
    expect(await at('Memory')).toBe('100 MB')
    expect(await at('Blocked event loop')).toBe('blocked 200 ms')
    expect(await readAt(page, 'Run delay', 2050)).toBe('40 %')
    expect(await at('Throttling')).toBe('20 %')
    expect(await readAt(page, 'Garbage collection', 3040)).toBe('major 80 ms')
    expect(await readAt(page, 'Memory', 7000)).toBe('150 MB')
  })

  test('without a cursor it sums up what is shown or selected', async () => {
    const said = () => panel(page, 'JavaScript thread').locator('.readout').innerText()
    expect(await said()).toBe('avg 2.94 % · max 97 %')
    await dragOver(page, 5000, 7000)
    await page.mouse.move(5, 5)
    await expect.poll(said).toBe('avg 1 % · max 1 %')
  })

  test('a busy loop is as long in the chart as the span around it', async () => {
    await page.mouse.move(...(await pointOf(page, 4150, 1)))
    await page.mouse.down()
    await page.mouse.up()
    await card().getByRole('button', { name: 'Zoom to it' }).click()
    const [from, to] = await shown(page)
    expect([from, to]).toEqual([3990, 4210])
    const steps = (from: number, to: number, step: number) =>
      Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step)
    const moments = [...steps(3996.25, 4003.75, 0.5), ...steps(4010, 4190, 20), ...steps(4196.25, 4203.75, 0.5)]
    const busy: number[] = []
    for (const at of moments) {
      if (Number((await readAt(page, 'JavaScript thread', at)).replace(' %', '')) >= 95) busy.push(at)
    }
    expect(Math.abs(busy[0]! - 4000)).toBeLessThan(1)
    expect(Math.abs(busy.at(-1)! - 4200)).toBeLessThan(1)
    expect(busy).toEqual(moments.filter((at) => at >= busy[0]! && at <= busy.at(-1)!))
  })

  test('a spike of 2 ms is in the picture of 10 s', async () => {
    const calm = await inkAbove(8300, 8500)
    expect(await inkAbove(7950, 8050)).toBeGreaterThan(calm + 20)
  })

  test('a click on a span shows what is known of it, and another elsewhere closes it', async () => {
    await page.mouse.click(...(await pointOf(page, 4100, 1)))
    await expect.poll(() => card().locator('h3').innerText()).toBe('loop')
    const figures = (await card().locator('.figures').first().innerText()).replace(/\s+/g, ' ')
    expect(figures).toContain(
      'Duration 200 ms Start 4.000000 s (22:13:24.000 UTC) Own CPU 196 ms (98 % of the duration)',
    )
    expect(figures).toContain('Others on the loop – Waiting for a CPU – Window CPU, whole process – Memory, highest –')
    expect(await card().locator('.flags').innerText()).toBe('CPU bound')
    expect((await card().locator('.attributes').innerText()).replace(/\s+/g, ' ')).toBe('rows 12 query SELECT 1')
    await card().getByRole('button', { name: 'request', exact: true }).click()
    await expect.poll(() => card().locator('h3').innerText()).toBe('request')
    expect(await card().innerText()).toContain('a'.repeat(32))
    await page.mouse.click(...(await pointOf(page, 1000, 1)))
    await expect.poll(() => card().isVisible()).toBe(false)
  })

  test('a trace id can be copied', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.mouse.click(...(await pointOf(page, 3950, 0)))
    await card().getByRole('button', { name: 'Copy the trace id' }).click()
    await expect.poll(() => card().getByRole('button', { name: 'Copy the trace id' }).innerText()).toBe('Copied')
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('a'.repeat(32))
  })

  test('the pointer on a span names it in full', async () => {
    await page.mouse.move(...(await pointOf(page, 4400, 2)))
    await frame(page)
    expect((await page.locator('.tip').innerText()).replace('\n', ' ')).toBe(
      'other request 1.5 s · own CPU 1 ms (0.07 %)',
    )
  })
})

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
    const near = async (expected: [number, number]) => {
      const [from, to] = await shown(page)
      expect(Math.abs(from - expected[0]), `${from}`).toBeLessThan(30)
      expect(Math.abs(to - expected[1]), `${to}`).toBeLessThan(30)
    }
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

/** How many pixels of the chart's upper half differ from its background, between two moments. */
async function inkAbove(from: number, to: number): Promise<number> {
  const box = (await panel(page, 'JavaScript thread').locator('.plot').boundingBox())!
  const [left, right] = [await xOf(page, from), await xOf(page, to)]
  const clip = { x: left, y: box.y + 10, width: right - left, height: box.height / 2 - 10 }
  const png = (await page.screenshot({ clip })).toString('base64')
  return page.evaluate(
    `(async () => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob('${png}'), (c) => c.charCodeAt(0))]))
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
      context.drawImage(image, 0, 0)
      const { data } = context.getImageData(0, 0, image.width, image.height)
      let ink = 0
      // Grid lines are grey; the chart has a colour.
      for (let i = 0; i < data.length; i += 4) if (Math.max(...data.slice(i, i + 3)) - Math.min(...data.slice(i, i + 3)) > 24) ink++
      return ink
    })()`,
  )
}

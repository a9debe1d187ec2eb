import { describe, expect, test } from 'vitest'
import { frame, whyNoBrowser } from './helpers/browser'
import { keepBusyPage, page } from './helpers/busy-page'
import { dragOver, panel, pointOf, readAt, shown, xOf } from './helpers/report-page'

keepBusyPage()

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

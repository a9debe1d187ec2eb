import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { frame, PageReader, whyNoBrowser } from './helpers/browser'
import { contrast, type Rgb } from './helpers/contrast'
import { processOf, reportOf, sampled, spanColumns } from './helpers/report-data'
import { pageOf, pointOf, shown, tableOf } from './helpers/report-page'

const reader = new PageReader()
afterAll(() => reader.close())

const { time, values } = sampled(1000, 1, (at) => (at % 100) + 1)
const cpu = { min: values, avg: values, max: values }
const memory = { time, bytes: Float64Array.from(values, (value) => value * 2 ** 20) }
const percents = { time, percent: values, mean: 50 }
/** One bar of each colour, half of it own CPU. */
const bars = Array.from({ length: 8 }, (_, i) => ({
  name: `${i}`,
  start: i * 120,
  duration: 100,
  selfMs: 50,
  flags: 1,
  attributes: '{"a":1}',
}))
const process = processOf({
  time,
  cpu,
  thread: cpu,
  memory,
  wait: percents,
  throttled: percents,
  spans: spanColumns(bars),
})
const data = reportOf(1000, [process, processOf({ name: 'worker.js' })])
data.program.command = [
  'node',
  '--enable-source-maps',
  'a/long/path/to/the/program/of/somebody/server.js',
  '--port',
  '8080',
]
data.program.end = { code: 1 }
const html = pageOf(data)

describe.skipIf(whyNoBrowser !== '')(`the page can be read${whyNoBrowser}`, () => {
  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test('texts, lines and bars stand out by lightness alone', async () => {
      const { page } = await reader.open(html, { colorScheme })
      await page.mouse.click(...(await pointOf(page, 150, 0)))
      const texts =
        'h1 .brand, h1 code, .verdict p, dt, dd, .note, .readout, .caption, .names button, .names td, .shown, .card h3, .flags'
      const pairs = (await page.evaluate(readPairs(texts))) as [string, Rgb, Rgb][]
      expect(pairs.length).toBeGreaterThan(60)
      for (const [what, text, ground] of pairs) expect(contrast(text, ground), what).toBeGreaterThan(4.5)
      const colors = async (...names: string[]) => (await page.evaluate(readColors(names))) as Rgb[]
      const [surface, ...lines] = await colors(
        'surface',
        'cpu',
        'thread',
        'memory',
        'wait',
        'throttled',
        'gc',
        'blocks',
        'error',
      )
      for (const line of lines) expect(contrast(line, surface!)).toBeGreaterThan(4.5)

      await page.keyboard.press('Escape')
      await page.mouse.move(5, 5)
      await frame(page)
      const [text] = await colors('bar-text')
      for (const { start } of bars) {
        const [fill, strip, bare] = await barColors(page, start)
        expect(contrast(text!, fill)).toBeGreaterThan(7)
        expect(contrast(strip, fill)).toBeGreaterThan(3)
        // Own CPU is half of the bar.
        expect(contrast(bare, fill)).toBeLessThan(1.05)
      }
      await page.context().close()
    })
  })

  test('light or dark, as the system is or as was chosen', async () => {
    const { page } = await reader.open(html, { colorScheme: 'dark' })
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const dark = await ground()
    await page.getByRole('combobox', { name: 'Colours' }).selectOption('Light')
    await expect.poll(ground).not.toBe(dark)
    const light = await ground()
    await page.getByRole('combobox', { name: 'Colours' }).selectOption('System')
    await expect.poll(ground).toBe(dark)
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(ground).toBe(light)
    await page.context().close()
  })

  test('at 400 pixels, where nothing sticks out', async () => {
    const { page } = await reader.open(html, { viewport: { width: 400, height: 800 } })
    const overhang = () => page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(await overhang()).toBe(0)
    for (const part of ['.toolbar', '.timeline', '.panel-title', '.names', '.verdict', '.facts']) {
      for (const box of await Promise.all((await page.locator(part).all()).map((found) => found.boundingBox()))) {
        expect(box!.x + box!.width, part).toBeLessThanOrEqual(400)
      }
    }
    await page.mouse.click(...(await pointOf(page, 150, 0)))
    await frame(page)
    const card = (await page.locator('.card').boundingBox())!
    expect(card.x + card.width).toBeLessThanOrEqual(400)
    expect(await overhang()).toBe(0)
    await page.context().close()
  })

  test('by keyboard alone', async () => {
    const { page } = await reader.open(html)
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
      await frame(page)
    }
    // By Tab one comes to everything, and each has a name and shows that it has the focus.
    const reached: string[] = []
    for (let i = 0; i < 60; i++) {
      await press('Tab')
      const at = (await page.evaluate(describeFocus)) as { name: string; outline: string } | null
      if (at === null) break
      expect(at.name).not.toBe('')
      expect(at.outline, at.name).toBe('solid')
      reached.push(at.name)
    }
    for (const name of [
      'Colours',
      'Help',
      'Process',
      'Search spans',
      'Zoom in',
      'Select shown',
      'Timeline of charts and spans',
      'Own CPU',
      '7',
    ]) {
      expect(reached).toContain(name)
    }

    await page.locator('.timeline').focus()
    await press('ArrowUp', 'ArrowUp')
    const [from, to] = await shown(page)
    expect(to - from).toBeLessThan(600)
    await press('ArrowRight')
    expect((await shown(page))[0]).toBeGreaterThan(from)
    await press('0')
    expect(await shown(page)).toEqual([0, 1000])

    await press('r', 'Escape', 'j')
    expect(await page.locator('.card h3').innerText()).toBe('0')
    await press('j', 'j', 'k')
    expect(await page.locator('.card h3').innerText()).toBe('1')
    await press('Escape')
    expect(await page.locator('.card').isVisible()).toBe(false)

    // The cursor begins in the middle, where the fifth span is open.
    await press('0', 'Enter')
    expect(await page.locator('.card h3').innerText()).toBe('4')
    for (let i = 0; i < 12; i++) await press('Shift+ArrowRight')
    await press('[')
    expect((await tableOf(page)).map(([name]) => name).sort()).toEqual(['5', '6', '7'])
    for (let i = 0; i < 11; i++) await press('Shift+ArrowRight')
    await press(']')
    expect((await tableOf(page)).map(([name]) => name).sort()).toEqual(['5', '6'])
    await press('z')
    const [begin, end] = await shown(page)
    expect(Math.abs(begin - 620) + Math.abs(end - 730)).toBeLessThan(1)

    await press('/')
    await page.keyboard.type('w7')
    expect(await page.locator('input').inputValue()).toBe('w7')
    expect(await shown(page)).toEqual([begin, end])
    await page.context().close()
  })
})

const describeFocus = `(() => {
  const at = document.activeElement
  if (at === document.body) return null
  return { name: at.getAttribute('aria-label') ?? at.textContent, outline: getComputedStyle(at).outlineStyle }
})()`

/** Each text with its colour and that of what is behind it. */
function readPairs(selector: string): string {
  return `[...document.querySelectorAll('${selector}')].filter((at) => at.textContent !== '' && at.checkVisibility()).map((at) => {
    const rgb = (color) => color.match(/[\\d.]+/g).map(Number)
    let behind = at
    while ((rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) < 1) behind = behind.parentElement
    return [at.textContent, rgb(getComputedStyle(at).color).slice(0, 3), rgb(getComputedStyle(behind).backgroundColor).slice(0, 3)]
  })`
}

function readColors(names: readonly string[]): string {
  return `(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d')
    return ${JSON.stringify(names)}.map((name) => {
      context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--' + name)
      context.fillRect(0, 0, 1, 1)
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]
    })
  })()`
}

/** Of the bar that starts at a moment: its ground, its strip, and where the strip has ended. */
async function barColors(page: Page, start: number): Promise<[fill: Rgb, strip: Rgb, bare: Rgb]> {
  const [left, y] = await pointOf(page, start + 10, 0)
  const [middle] = await pointOf(page, start + 80, 0)
  const png = (await page.screenshot()).toString('base64')
  const points = [
    [middle, y - 6],
    [left, y + 7],
    [middle, y + 7],
  ]
  return page.evaluate(`(async () => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob('${png}'), (c) => c.charCodeAt(0))]))
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    return ${JSON.stringify(points)}.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)])
  })()`)
}

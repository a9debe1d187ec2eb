import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import type { ReportData } from '../../dist/report/data.js'
import { type Case, type Metric, median } from '../case.js'
import { largeReport } from '../load/large-report.js'

const variants: Record<string, number> = { 'a minute': 60_000, 'a quarter of an hour and more': 1_000_000 }
const frames = 30

/** What the page of a report takes: to be written, to be drawn, and to follow a user, in Chromium. */
export const reportPage: Case = {
  name: 'report-page',
  title: `The page of a report at 1 kHz, four series and a span each 10 ms, in Chromium; medians of ${frames} frames, and CPU time of the page's main thread`,
  variants: Object.keys(variants),
  repeats: 3,
  missing: () => (browserPath() === undefined ? 'there is no chromium' : undefined),
  async run(variant) {
    const folder = mkdtempSync(join(tmpdir(), 'spanmeter-bench-'))
    try {
      return await measure(largeReport(variants[variant]!), join(folder, 'report.html'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

async function measure(data: ReportData, file: string): Promise<Metric[]> {
  const load = createRequire(join(__dirname, '../../../package.json'))
  const { pageOf } = load('./dist/report/page/page.js') as { pageOf(data: ReportData): string }
  const begin = performance.now()
  const html = pageOf(data)
  const written = performance.now() - begin
  writeFileSync(file, html)

  // Loaded here, since each case is in a process of its own, and this takes a second.
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath: browserPath()!, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    // How long it takes is the result, whatever the machine; but a page that is never drawn must end.
    page.setDefaultTimeout(10 * 60_000)
    const threadMs = await threadClock(page)
    const opening = performance.now()
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('body[data-state=drawn]')
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const drawn = performance.now() - opening
    const drawnThread = await threadMs()
    const moves = { 'zoom in': { deltaY: -60 }, move: { deltaX: 60 }, 'zoom out': { deltaY: 60 } }
    const moved: Metric[] = []
    for (const [name, turn] of Object.entries(moves)) {
      const before = await threadMs()
      const taken = await wheel(page, turn)
      moved.push({ metric: name, value: median(taken), unit: 'ms' })
      moved.push({ metric: `${name}, thread`, value: ((await threadMs()) - before) / frames, unit: 'ms of CPU' })
    }
    return [
      { metric: 'written', value: written, unit: 'ms' },
      { metric: 'file', value: Buffer.byteLength(html) / 1e6, unit: 'MB' },
      { metric: 'drawn', value: drawn, unit: 'ms' },
      { metric: 'drawn, thread', value: drawnThread, unit: 'ms of CPU' },
      ...moved,
    ]
  } finally {
    await browser.close()
  }
}

/** CPU time of the tasks of the page's main thread so far, in ms: the browser's own figure, which no neighbour changes. */
async function threadClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  }
}

/** Turns the wheel over the middle of the charts in each frame: the times from one frame to the next. */
function wheel(page: Page, turn: { deltaX?: number; deltaY?: number }): Promise<number[]> {
  return page.evaluate(`(async () => {
    const frame = () => new Promise(requestAnimationFrame)
    const plots = document.querySelector('.plots')
    const { left, width, top } = plots.getBoundingClientRect()
    const at = { clientX: left + width / 2, clientY: top + 80, bubbles: true, cancelable: true }
    const taken = []
    // What scrolled before is over.
    await new Promise((done) => setTimeout(done, 300))
    for (let i = 0, last = await frame(); i < ${frames}; i++) {
      plots.dispatchEvent(new WheelEvent('wheel', { ...at, ...${JSON.stringify(turn)} }))
      const now = await frame()
      taken.push(now - last)
      last = now
    }
    return taken
  })()`)
}

function browserPath(): string | undefined {
  const { status, stdout } = spawnSync('which', ['chromium'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

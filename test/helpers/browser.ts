import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const program = ['chromium', 'chromium-browser', 'google-chrome'].map(find).find((path) => path !== undefined)

/** Why nothing can be opened, as the end of a test's name; empty if it can. */
export const whyNoBrowser = program === undefined ? ' (skipped: run `apt-get install chromium` first)' : ''

/** For what hangs, in ms. */
const timeout = 200_000

export interface OpenPage {
  page: Page
  /** What was asked for beside the file itself. */
  requests: string[]
  /** Warnings and errors of the console, and errors that nobody caught. */
  complaints: string[]
}

/** A browser that opens pages from files, as users do. */
export class PageReader {
  readonly folder = mkdtempSync(join(tmpdir(), 'spanmeter-page-'))
  #browser: Browser | undefined
  #files = 0

  /** Writes a page and opens it; resolves when it is drawn. */
  async open(html: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    // Its sandbox needs more rights than a container gives, and it opens nothing but our own page.
    this.#browser ??= await chromium.launch({ executablePath: program!, args: ['--no-sandbox'], timeout })
    const file = join(this.folder, `${++this.#files}.html`)
    writeFileSync(file, html)
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    context.setDefaultTimeout(timeout)
    const page = await context.newPage()
    const url = pathToFileURL(file).href
    const opened: OpenPage = { page, requests: [], complaints: [] }
    page.on('request', (request) => {
      if (request.url() !== url) opened.requests.push(request.url())
    })
    page.on('console', (message) => {
      if (['warning', 'error'].includes(message.type())) opened.complaints.push(message.text())
    })
    page.on('pageerror', (error) => opened.complaints.push(String(error)))
    await page.goto(url)
    await page.waitForSelector('body[data-state]')
    await frame(page)
    return opened
  }

  async close(): Promise<void> {
    await this.#browser?.close()
    rmSync(this.folder, { recursive: true })
  }
}

/** Until what was asked for is drawn. */
export async function frame(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

function find(name: string): string | undefined {
  try {
    return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

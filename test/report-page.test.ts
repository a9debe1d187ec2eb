import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { frame, PageReader, whyNoBrowser } from './helpers/browser'
import { packageRoot } from './helpers/child'
import { processOf, profileOf, reportOf, sampled, spanColumns } from './helpers/report-data'
import { pageOf, panel, tableOf } from './helpers/report-page'

const reader = new PageReader()
afterAll(() => reader.close())

const { time, values } = sampled(1000, 1, (at) => (at > 200 && at <= 400 ? 98 : 3))
const cpu = { min: values, avg: values, max: values }
const spans = spanColumns([{ name: 'work', start: 200, duration: 200, selfMs: 196 }])
const simple = reportOf(1000, [processOf({ time, cpu, thread: cpu, spans })])

/** Would change the page's title if anything of them ran. */
const hostile = [
  '</script><script>document.title = "ran"</script>',
  '<img src=x onerror="document.title = `ran`">',
  '<!--<script>',
  '"><svg onload=alert(1)>',
  '&lt;b&gt;',
  '\u2028\u0000{{constructor}}',
]

describe('the page is one file', () => {
  test('of less than 200 kB of script and styles', () => {
    const size = ['page.js', 'page-style.css'].map(
      (name) => readFileSync(join(packageRoot, 'dist/report/page/assets', name)).length,
    )
    expect(size[0]! + size[1]!).toBeLessThan(200_000)
  })

  test('with the licence of uPlot', () => {
    const html = pageOf(simple)
    expect(html).toContain('Copyright (c) 2022 Leon Sorokin')
    expect(html).toContain('The above copyright notice and this permission notice shall be included')
  })

  test('that allows nothing but its own script and styles', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(pageOf(simple))![1]!
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^' ]{44}'; style-src 'sha256-[^' ]{44}';/)
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:|blob:/)
  })

  test('whose data cannot end its element', () => {
    const spans = spanColumns(hostile.map((name) => ({ name, start: 1, duration: 5 })))
    const data = reportOf(10, [processOf({ spans })], { verdict: hostile })
    data.program.command = hostile
    const html = pageOf(data)
    expect(html.match(/<script\b/g)).toHaveLength(pageOf(simple).match(/<script\b/g)!.length)
    expect(html.match(/<\/script/g)).toHaveLength(2)
  })
})

describe.skipIf(whyNoBrowser !== '')(`in a browser${whyNoBrowser}`, () => {
  test('it asks nobody for anything and complains of nothing', async () => {
    const { page, requests, complaints } = await reader.open(pageOf(simple))
    await page.mouse.move(600, 400)
    await page.keyboard.press('w')
    await page.getByRole('button', { name: 'Help' }).click()
    await frame(page)
    expect(await page.getAttribute('body', 'data-state')).toBe('drawn')
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
    await page.context().close()
  })

  test('nor when a server hands it out', async () => {
    const asked: string[] = []
    const server = createServer(({ url }, response) => {
      asked.push(url!)
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(simple))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { page, complaints } = await reader.open(pageOf(simple))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/report`)
    await page.waitForSelector('body[data-state=drawn]')
    expect(asked).toEqual(['/report'])
    expect(complaints).toEqual([])
    await page.context().close()
    await new Promise((done) => server.close(done))
  })

  test('names, attributes, functions and all else that programs choose are text', async () => {
    const process = processOf({
      name: hostile[0]!,
      spans: spanColumns(
        hostile.map((name, i) => ({ name, start: i * 10, duration: 9, attributes: JSON.stringify({ [name]: name }) })),
      ),
      gc: { start: Float64Array.of(1), duration: Float32Array.of(2), kind: [hostile[1]!] },
      profile: profileOf([{ name: hostile[0]!, location: hostile[1]!, span: 0, samples: 4 }]),
    })
    const data = reportOf(100, [process, process], { verdict: hostile })
    data.program.command = ['node', ...hostile]
    data.machine.model = hostile[1]!
    const { page, complaints } = await reader.open(pageOf(data))
    const names = await page.locator('.names tbody button').allTextContents()
    expect(names.sort()).toEqual([...hostile].sort())
    expect(await page.locator('.verdict p').allTextContents()).toEqual(hostile)
    await page.getByRole('button', { name: hostile[0]!, exact: true }).click()
    await expect.poll(() => page.getByRole('complementary').innerText()).toContain(hostile[1]!)
    await page.keyboard.press('j')
    await expect.poll(() => page.locator('.attributes dd').allTextContents()).toEqual([hostile[0]!])
    expect(await page.title()).not.toBe('ran')
    expect(await page.locator('img, svg, script:not([id])').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('it states how far its numbers can be trusted', async () => {
    const sampler = {
      backend: 'js' as const,
      backendReason: 'no addon may be loaded',
      periodMs: 10,
      lengthened: { wantedMs: 1, longestMs: 40, reason: 'budget' as const },
      coverage: 0.87654,
      maxGapMs: 120,
      missedTicks: { starved: 12, throttled: 1234, stopped: 0 },
      samples: 98765,
      thinned: 'before 12.5 s to extremes of 100 ms',
    }
    const data = reportOf(65_000, [processOf({ ...simple.processes[0]!, sampler })])
    data.machine = { ...data.machine, cpuLimit: 0.5, memoryLimit: 2 ** 28 }
    data.program.end = { signal: 'SIGKILL', why: 'out of memory' }
    const { page } = await reader.open(pageOf(data))
    const facts = (await page.locator('.facts').allInnerTexts()).join('\n').replace(/\s+/g, ' ')
    for (const fact of [
      'Sampler ⚠ a JavaScript timer, which sees nothing while the loop is blocked: no addon may be loaded',
      'Period ⚠ 10 ms at the end, 40 ms at most, to keep to its budget; 1 ms was wanted',
      'Coverage ⚠ 87.65 %',
      'Longest gap 120 ms',
      'Missed ticks ⚠ 1 246: 12 no CPU for the sampler, 1 234 throttled by the cgroup',
      'Samples 98 765',
      'Thinned ⚠ before 12.5 s to extremes of 100 ms',
      'A CPU · 2 cores · 8 GB · Linux 6.1 · limited to 0.5 cores · limited to 256 MB of memory',
      'Ended ⚠ by SIGKILL: out of memory',
      'Ran 1 min 5 s',
      'Node.js v22.0.0',
    ]) {
      expect(facts).toContain(fact)
    }
    expect(await page.locator('.verdict').innerText()).toBe(simple.verdict[0])
    await page.context().close()
  })

  test('what was not recorded is left out, and said', async () => {
    const { page, complaints } = await reader.open(pageOf(reportOf(500, [processOf({ time, cpu, thread: cpu })])))
    expect(await page.locator('.panel:visible h3').allInnerTexts()).toEqual(['Process CPU', 'JavaScript thread'])
    expect(await page.locator('.names .caption').innerText()).toBe('No spans were recorded.')
    await page.context().close()

    const bare = await reader.open(pageOf(reportOf(500, [processOf({ spans })])))
    expect(await bare.page.locator('.panel:visible h3').allInnerTexts()).toEqual(['Spans'])
    await bare.page.context().close()

    const empty = await reader.open(pageOf({ ...reportOf(0, []), verdict: [] }))
    expect(await empty.page.locator('main').innerText()).toBe('No process was recorded.')
    expect([...complaints, ...bare.complaints, ...empty.complaints]).toEqual([])
    await empty.page.context().close()
  })

  test('of several processes one is shown, as chosen', async () => {
    const other = processOf({
      pid: 99,
      name: 'worker.js',
      spans: spanColumns([{ name: 'other', start: 1, duration: 2 }]),
    })
    const { page } = await reader.open(pageOf(reportOf(1000, [simple.processes[0]!, other])))
    expect((await tableOf(page)).map(([name]) => name)).toEqual(['work'])
    await page.getByRole('combobox', { name: 'Process' }).selectOption('worker.js (99)')
    expect((await tableOf(page)).map(([name]) => name)).toEqual(['other'])
    expect(await panel(page, 'Process CPU').count()).toBe(0)
    await page.context().close()
  })

  test('a recording that cannot be read is said to be so', async () => {
    const html = pageOf(simple).replace(/id="data">.{20}/, 'id="data">')
    const { page } = await reader.open(html)
    expect(await page.getByRole('alert').innerText()).toMatch(/^This page could not be shown: ./)
    await page.context().close()
  })
})

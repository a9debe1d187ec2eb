import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PageReader, whyNoBrowser } from './helpers/browser'
import { run } from './helpers/child'
import { tableOf } from './helpers/report-page'
import { cli, Running } from './helpers/running'

// The pages of real programs, as users open them.

const running = new Running()
const reader = new PageReader()
const file = (name: string) => join(running.scratch, name)
const html = (name: string) => readFileSync(file(name), 'utf8')

beforeAll(async () => {
  const options = ['--report', file('report.html'), '--otlp', file('spans.jsonl')]
  const { code, stderr } = await running.run([process.execPath, join(__dirname, 'fixtures/record/traced.cjs')], {
    options,
  })
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(`spanmeter: ${file('report.html')}\n`)
})
afterAll(async () => {
  await reader.close()
  running[Symbol.dispose]()
})

test('only its owner may read it', () => {
  expect(statSync(file('report.html')).mode & 0o077).toBe(0)
})

test('without attributes it has none', async () => {
  using without = new Running()
  const page = join(without.scratch, 'report.html')
  const program = `
    const { trace } = require('@opentelemetry/api')
    new (require('@opentelemetry/sdk-trace-node').NodeTracerProvider)().register()
    trace.getTracer('app').startSpan('work', { attributes: { password: 'correct-horse' } }).end()`
  await without.run([process.execPath, '-e', program], {
    options: ['--no-attributes', '--report', page, '--trace', `${page}.json`],
  })
  // What the page has is packed; the trace is of the same columns.
  expect(readFileSync(`${page}.json`, 'utf8')).toContain('"work"')
  expect(readFileSync(`${page}.json`, 'utf8').split('"traceEvents"')[1]).not.toContain('correct-horse')
})

test('spanmeter report writes it where nothing else is asked for', async () => {
  for (const [path, page] of [
    [running.recording, join(running.recording, 'report.html')],
    [file('spans.jsonl'), file('spans.jsonl.html')],
  ] as const) {
    const { code, stdout } = await run(process.execPath, [cli, 'report', path])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(page)
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/)
  }
})

describe('--open', () => {
  test('shows the page in the recording, and keeps the code', async () => {
    using other = new Running()
    const bin = join(other.scratch, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'xdg-open'), '#!/bin/sh\nprintf %s "$1" > "$OPENED.new" && mv "$OPENED.new" "$OPENED"\n')
    chmodSync(join(bin, 'xdg-open'), 0o755)
    const opened = join(other.scratch, 'opened')
    const env = { PATH: `${bin}${delimiter}${process.env.PATH}`, OPENED: opened }
    const { code } = await other.run([process.execPath, '-e', 'process.exit(7)'], { options: ['--open'], env })
    expect(code).toBe(7)
    const page = join(other.recording, 'report.html')
    await expect.poll(() => readFileSync(opened, 'utf8')).toBe(page)
    expect(statSync(page).size).toBeGreaterThan(10_000)
  })

  test('without a program that could is a warning, and the code is kept', async () => {
    using other = new Running()
    const env = { PATH: other.scratch }
    const { code, stderr } = await other.run([process.execPath, '-e', 'process.exit(7)'], { options: ['--open'], env })
    expect(code).toBe(7)
    expect(stderr).toMatch(/spanmeter: .*report.html was not opened: spawn xdg-open ENOENT/)
  })
})

describe.skipIf(whyNoBrowser !== '')(`in a browser${whyNoBrowser}`, () => {
  test('it has the spans of the program, and asks nobody for anything', async () => {
    const { page, requests, complaints } = await reader.open(html('report.html'))
    const rows = await tableOf(page)
    for (const { name, count } of running.summary.rows.filter(({ name }) => !name.startsWith('('))) {
      const row = rows.find(([first]) => first === name)
      expect(row, `${name} in ${rows}`).toContain(String(count))
    }
    expect(await page.locator('body').innerText()).toContain("'busy' ran most itself")
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
  })

  test('spans alone are shown, without charts', async () => {
    await run(process.execPath, [cli, 'report', file('spans.jsonl')])
    const { page, requests, complaints } = await reader.open(html('spans.jsonl.html'))
    const names = (await tableOf(page)).map(([name]) => name)
    expect(names).toContain('busy')
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
  })

  test.each([
    ['ended at once', 'process.kill(process.pid, "SIGKILL")'],
    ['did nothing', ''],
    ['has no OpenTelemetry', 'const end = performance.now() + 300; while (performance.now() < end);'],
  ])('a program that %s has a page', async (_name, code) => {
    using other = new Running()
    const path = join(other.scratch, 'report.html')
    await other.run([process.execPath, '-e', code], { options: ['--report', path] })
    const { page, complaints } = await reader.open(readFileSync(path, 'utf8'))
    expect(complaints).toEqual([])
    expect(await page.locator('body').innerText()).toContain('It ran no spans and no HTTP requests.')
  })
})

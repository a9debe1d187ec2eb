import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../dist/report/summary.js'
import { type Ended, run } from './helpers/child'
import { cli, Running } from './helpers/running'

const running = new Running()
const file = (name: string) => join(running.scratch, name)
let printed: string

function report(...args: readonly string[]): Promise<Ended> {
  return run(process.execPath, [cli, 'report', ...args], { NO_COLOR: undefined })
}

beforeAll(async () => {
  const program = [process.execPath, join(__dirname, 'fixtures/record/traced.cjs')]
  const { code, stderr } = await running.run(program, { options: ['--otlp', file('spans.jsonl')] })
  expect(code, stderr).toBe(0)
  printed = stderr
})
afterAll(() => running[Symbol.dispose]())

describe.concurrent('spanmeter report', () => {
  test('prints and writes of a recording what run did', async () => {
    const { code, stdout, stderr } = await report(running.recording, '--json', file('again.json'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const text = stdout.slice(0, stdout.lastIndexOf(file('again.json')))
    expect(text).not.toBe('')
    expect(printed).toContain(text)
    expect(JSON.parse(readFileSync(file('again.json'), 'utf8'))).toEqual(running.summary)
    expect(statSync(file('again.json')).mode & 0o077).toBe(0)
  })

  test('shows the spans of a file of OTLP, and says that there is nothing else', async () => {
    const { code, stdout } = await report(file('spans.jsonl'), '--json', file('otlp.json'))
    expect(code).toBe(0)
    expect(stdout).toContain('These are spans alone')
    const { rows }: Summary = JSON.parse(readFileSync(file('otlp.json'), 'utf8'))
    const known = running.summary.rows.filter(({ name }) => !name.startsWith('('))
    expect(rows.map(({ name, count }) => ({ name, count }))).toEqual(known.map(({ name, count }) => ({ name, count })))
  })

  test('a file of OTLP that is cut off has what is whole', async () => {
    const text = readFileSync(file('spans.jsonl'), 'utf8')
    writeFileSync(file('cut.jsonl'), `${text}${text}`)
    truncateSync(file('cut.jsonl'), text.length * 2 - 10)
    const { code, stdout } = await report(file('cut.jsonl'))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}busy +1 /m)
  })

  test.each([
    [['/no/such/place'], 2, 'spanmeter: there is no recording: ENOENT'],
    [[__dirname], 2, `spanmeter: there is no recording in ${__dirname}`],
    [[__filename], 2, `spanmeter: there are no spans in ${__filename}`],
    [[], 1, "missing required argument 'recording'"],
  ])('%j is refused with a sentence', async (args, expected, message) => {
    const { code, stdout, stderr } = await report(...args)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })

  test('a file that cannot be written is said, and the others are written', async () => {
    const args = ['--json', '/no/such/folder/x', '--trace', file('trace.json')]
    const { code, stderr } = await report(running.recording, ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^spanmeter: --json \/no\/such\/folder\/x was not written: ENOENT/)
    expect(existsSync(file('trace.json'))).toBe(true)
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeColumn } from '../dist/record/columns.js'
import { newSpan } from '../dist/record/costs.js'
import { toColumns } from '../dist/record/span-columns.js'
import { readRecording } from '../dist/report/read-recording.js'
import { run } from './helpers/child'
import { nodeVersions } from './helpers/nodes'
import { spansOf } from './helpers/recorded'
import { cli } from './helpers/running'

// Recordings that something else has written into, or that were made by hand: what is whole is shown.

const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let count = 0

const machine = { model: 'm', cores: 1, memoryBytes: 1, kernel: 'k' }
const header = {
  format: 1,
  pid: 7,
  threadId: 0,
  command: ['node', 'a.js'],
  node: 'v20.0.0',
  timeOrigin: 1.7e12,
  startMs: 0,
  machine,
}
const span = { ...newSpan(), name: 'whole', traceId: 't', spanId: 's', startMs: 1, durationMs: 5, selfMs: 3 }
const columns = toColumns([span])
const column = encodeColumn(Float32Array.of(1, 2))

/** What `spanmeter report` prints of a recording with these lines, beside one of a span that is whole. */
async function printed(
  lines: readonly unknown[],
  files: Readonly<Record<string, unknown>> = {},
  node = process.execPath,
): Promise<string> {
  const folder = join(scratch, String(count++))
  const thread = join(folder, '7-0')
  mkdirSync(thread, { recursive: true })
  const all = [...lines, { kind: 'spans', spans: columns }]
  writeFileSync(join(thread, '000001.jsonl'), all.map((line) => `${JSON.stringify(line)}\n`).join(''))
  for (const [name, content] of Object.entries({ '7-0/header.json': header, ...files })) {
    writeFileSync(join(folder, name), JSON.stringify(content))
  }
  const formats = ['report', 'json', 'trace', 'speedscope', 'otlp'].flatMap((name) => [`--${name}`, join(folder, name)])
  const { code, stdout, stderr } = await run(node, [cli, 'report', folder, ...formats])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe.concurrent('spanmeter report shows what is whole', () => {
  test.each([
    ['samples without columns', { kind: 'samples', startMs: 0, time: 7, cpu: {} }],
    ['blocks without a duration', { kind: 'blocks', start: [1, 2], duration: [null] }],
    ['a block that lasted less than nothing', { kind: 'blocks', start: [1], duration: [-5] }],
    ['columns of different lengths', { kind: 'samples', startMs: 0, time: column, cpu: { avg: '' } }],
    [
      'memory of different lengths',
      { kind: 'samples', startMs: 0, time: '', cpu: { avg: '' }, memory: { time: column, kilobytes: '' } },
    ],
    ['steps of something else', { kind: 'wait', startMs: 0, stepMs: 100, percent: { a: 1 } }],
    ['pauses that are no list', { kind: 'gc', start: 1, duration: [1] }],
    ['spans that are no columns', { kind: 'spans', spans: 'x' }],
    ['no spans at all', { kind: 'open' }],
    ['spans without names', { kind: 'spans', spans: { ...columns, names: null } }],
    ['names that are none', { kind: 'spans', spans: { ...columns, names: [7] } }],
    ['names that are nowhere', { kind: 'spans', spans: { ...columns, name: [7] } }],
    ['columns of spans of different lengths', { kind: 'spans', spans: { ...columns, name: [0, 0] } }],
    ['identifiers that are none', { kind: 'spans', spans: { ...columns, spanId: [{}] } }],
    ['numbers that are none', { kind: 'spans', spans: { ...columns, numbers: 7 } }],
    ['times that are none', { kind: 'spans', spans: toColumns([{ ...span, startMs: 1e300 }]) }],
    ['attributes that are no object', { kind: 'spans', spans: { ...columns, attributes: ['x'] } }],
    ['health without figures', { kind: 'health', atMs: 1, missedTicks: null }],
    ['kinds that there are none', { kind: 'toString' }],
    ['an end of something else', { kind: 'end', atMs: {}, why: [] }],
  ])('beside %s', async (_what, line) => {
    expect(await printed([line])).toMatch(/^ {2}whole +1 /m)
  })

  test.each([
    ['run.json', { command: 'x', end: 7 }],
    ['7-0/000001.cpuprofile', { nodes: {}, spanmeter: { endMs: 1 } }],
    ['7-0/000001.cpuprofile', { nodes: [{ id: 1 }], spanmeter: { endMs: 1, owners: 7, given: [null] } }],
  ])('beside a %s of something else', async (name, content) => {
    expect(await printed([], { [name]: content })).toMatch(/^ {2}whole +1 /m)
  })

  test('with a folder where a file of lines should be', async () => {
    const folder = join(scratch, String(count))
    mkdirSync(join(folder, '7-0', '000002.jsonl'), { recursive: true })
    expect(await printed([])).toMatch(/^ {2}whole +1 /m)
  })

  describe.each(nodeVersions)('$name', ({ path }) => {
    test.skipIf(path === undefined)('of names that other programs end lines at', async () => {
      const names = ['a\u2028b', 'c\u2029d', 'e\rf', 'g\u0085h']
      const spans = names.map((name, i) => ({ ...span, name, spanId: String(i) }))
      const stdout = await printed([{ kind: 'spans', spans: toColumns(spans) }], {}, path)
      for (const name of ['a\u2028b', 'c\u2029d', 'e?f', 'g?h', 'whole']) expect(stdout).toContain(`  ${name} `)
    })
  })

  test('and no control characters', async () => {
    const spans = [{ ...span, name: 'dear\x1b[31m\n', traceId: 't\x07', selfMs: 100 }]
    const end = { kind: 'end', atMs: 9, why: 'a\x1b[2J', code: 1 }
    const stdout = await printed([{ kind: 'spans', spans: toColumns(spans) }, end])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
    expect(stdout).toContain("'dear?[31m?' ran most itself")
    expect(stdout).toContain('trace t?')
    expect(stdout).toContain('by a?[2J')
  })
})

test('a header of something else is no recording', async () => {
  for (const other of [
    7,
    null,
    { ...header, command: 'x' },
    { ...header, timeOrigin: 1e300 },
    { ...header, machine: [] },
  ]) {
    const folder = join(scratch, String(count++))
    mkdirSync(join(folder, '7-0'), { recursive: true })
    writeFileSync(join(folder, '7-0/header.json'), JSON.stringify(other))
    const { code, stderr } = await run(process.execPath, [cli, 'report', folder])
    expect({ code, stderr }).toEqual({ code: 2, stderr: `spanmeter: there is no recording in ${folder}\n` })
  }
})

describe.concurrent('spanmeter report of OTLP shows what is whole', () => {
  const whole = {
    traceId: 't',
    spanId: 's',
    name: 'whole',
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000005000000',
  }
  const lineOf = (spans: unknown, attributes: unknown = []) =>
    JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] })

  test.each([
    ['spans that are no list', lineOf('x')],
    ['spans that are none', lineOf([null, 7, {}, { ...whole, name: 7 }, { ...whole, traceId: undefined }])],
    [
      'times that are none',
      lineOf([
        { ...whole, startTimeUnixNano: 'x' },
        { ...whole, endTimeUnixNano: 1.5 },
        { ...whole, startTimeUnixNano: '9'.repeat(40) },
      ]),
    ],
    [
      'attributes that are none',
      lineOf([{ ...whole, name: 'other', attributes: [null, { key: 1 }, { key: 'a' }, { key: 'b', value: 7 }] }]),
    ],
    ['attributes that are no list', lineOf([{ ...whole, name: 'other', attributes: 7 }], { a: 1 })],
    [
      'resources that are none',
      JSON.stringify({ resourceSpans: [null, 7, { scopeSpans: 7 }, { scopeSpans: [null, {}] }] }),
    ],
    ['no request', '7'],
    ['a name that other programs end lines at', lineOf([{ ...whole, name: 'a\u2028b' }])],
  ])('beside %s', async (_what, line) => {
    const file = join(scratch, `${count++}.jsonl`)
    writeFileSync(file, `${line}\n${lineOf([whole])}\n`)
    const { code, stdout, stderr } = await run(process.execPath, [cli, 'report', file, '--otlp', `${file}.again`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/whole +1 /)
    if (line.includes('"other"')) expect(stdout).toMatch(/other +1 /)
    if (line.includes('\u2028')) expect(stdout).toMatch(/a\u2028b +1 /)
  })
})

test('what a recording that goes on removes while it is read is left out', async () => {
  const folder = join(scratch, String(count++))
  const line = `${JSON.stringify({ kind: 'spans', spans: columns })}\n`
  for (const threadId of [0, 1]) {
    const thread = join(folder, `7-${threadId}`)
    mkdirSync(thread, { recursive: true })
    writeFileSync(join(thread, 'header.json'), JSON.stringify({ ...header, threadId }))
    for (const name of ['000001.jsonl', '000002.jsonl']) writeFileSync(join(thread, name), line)
  }
  // What there is to be read is known by now, and the second file is not open yet.
  const reading = readRecording(folder)
  rmSync(join(folder, '7-0/000002.jsonl'))
  rmSync(join(folder, '7-1'), { recursive: true })
  const [main] = (await reading).processes
  expect(spansOf(main!).map(({ name }) => name)).toEqual(['whole'])
})

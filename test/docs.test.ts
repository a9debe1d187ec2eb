import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { MetricDefinition } from '../dist/metrics/definitions/definition.js'
import libraries from './libraries.json'

const run = promisify(execFile)
const root = join(__dirname, '..')
const docs = readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)
const examples = ['demo/README.md', 'orders/README.md', 'orders/EXERCISES.md'].map((file) => `examples/${file}`)
const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...docs, 'bench/README.md', ...examples]

interface Block {
  page: string
  language: string
  code: string
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    page,
    language,
    code,
  }))
}

const blocks = pages.flatMap(blocksOf)
const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts)

describe('each JavaScript block of the documentation runs as it stands', () => {
  const javascript = blocks.filter(({ language }) => language === 'js')
  expect(javascript.length).toBeGreaterThan(0)

  test.each(javascript.map((block, i) => [`${block.page} #${i + 1}`, block] as const))('%s', async (_name, block) => {
    // Inside the package, so that its own name and those of its development dependencies resolve.
    const file = join(root, 'build', `docs-block-${process.pid}.mjs`)
    writeFileSync(file, block.code)
    try {
      const { stderr } = await run(process.execPath, [file], { timeout: 100_000 })
      expect(stderr).toBe('')
    } finally {
      rmSync(file)
    }
  })
})

describe('each command of the documentation exists', () => {
  // Run by .ci/run, or by a test of its own, which call them literally.
  const tests = ['soak', 'orders-command', 'orders-printed', 'reliability'].map((name) => `test/${name}.test.ts`)
  const runners = ['.ci/run', ...tests]
  const ci = runners.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ page, code }) => code.split('\n').map((line) => ({ page, line: line.replace(/\s*#.*/, '').trim() })))
    .filter(({ line }) => line !== '')
    .flatMap(({ page, line }) => line.split(' && ').map((command) => [page, command] as const))

  test.each(commands)('%s: %s', (_page, command) => {
    const [tool, verb, name = ''] = command.split(' ')
    expect(tool).toBe('npm')
    if (verb === 'install') return expect(name).toBe('spanmeter')
    if (verb === 'ci') return expect(ci).toContain('npm ci')
    const script = verb === 'run' ? name : (verb ?? '')
    expect(scripts).toContain(script)
    if (script === 'format') return // changes files: the linter runs the same rules
    expect(ci, 'run by .ci/run').toMatch(
      script === 'test' ? /test:native[\s\S]*test:js/ : new RegExp(`npm run ${script}`),
    )
  })
})

test('each file that a page links to or shows is there, and pictures are small', () => {
  const named = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g)]
    return targets.map(([, link, picture]) => join(root, dirname(page), link ?? picture!))
  })
  const files = named.filter((file) => !/https?:/.test(file))
  const pictures = files.filter((file) => file.endsWith('.png'))
  expect(files.filter((file) => !existsSync(file))).toEqual([])
  expect(pictures.length).toBeGreaterThan(1)
  for (const picture of pictures) expect(statSync(picture).size).toBeLessThan(200_000)
})

test('the answer to each exercise is tested', () => {
  const text = readFileSync(join(root, 'examples/orders/EXERCISES.md'), 'utf8')
  const numbers = [...text.matchAll(/^## (\d)\. /gm)].map(([, number]) => number!)
  expect(numbers).toEqual(['1', '2', '3', '4', '5', '6'])
  const tests = ['orders', 'orders-printed']
    .map((name) => readFileSync(join(root, `test/${name}.test.ts`), 'utf8'))
    .join()
  for (const number of numbers) expect(tests).toMatch(new RegExp(`exercises? [^:]*${number}[^:]*: `))
})

test('each language of a block is known to this test', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['js', 'sh', 'text']))
})

test('every option, attribute and metric the README names exists', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const { names } = await import('../dist/otel/names.js')
  const known = new Set<string>(Object.values(names))
  for (const [, attribute] of readme.matchAll(/`resource\.([a-z_.]+[a-z])`/g)) expect(known).toContain(attribute)
  const { createMonitor } = await import('spanmeter')
  for (const [, option] of readme.matchAll(/^\| `([a-z]\w*)` \| /gm)) {
    // An unknown option would be refused by name; a known one is refused for its value, or not at all.
    const attempt = () => createMonitor({ [option as string]: Symbol.iterator } as never)
    expect(attempt).toThrow(new RegExp(`^(?!option).*${option}`))
  }
})

test('the versions in docs/whose-cpu.md are those that are tested', () => {
  const text = readFileSync(join(root, 'docs/whose-cpu.md'), 'utf8')
  const named = [...text.matchAll(/([@\w/-]+) (\d+\.\d+\.\d+)/g)].map(([, name, version]) => [name, version])
  const { '@opentelemetry/api': _, ...tested } = libraries
  expect(Object.fromEntries(named)).toEqual(tested)
})

test('every metric of docs/metrics.md is one of the code, and all are there', async () => {
  const { stderr } = await run(process.execPath, [join(root, 'scripts/metrics-table.mjs'), '--check'])
  expect(stderr).toBe('')
  const text = readFileSync(join(root, 'docs/metrics.md'), 'utf8')
  const { metrics } = await import('../dist/metrics/table.js')
  const definitions: [string, MetricDefinition][] = Object.entries(metrics)
  const known = new Set(definitions.flatMap(([name, { attributes = {} }]) => [name, ...Object.keys(attributes)]))
  for (const [, name] of text.matchAll(/`((?:process|spanmeter)\.[a-z0-9_.]+[a-z0-9])`/g)) expect(known).toContain(name)
})

test('every environment variable the README names is read', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const { readEnvironment } = await import('../dist/register/environment.js')
  const variables = new Set(readme.match(/\b(SPANMETER|RESOURCE|OTEL)_[A-Z_]+\b/g))
  expect(variables.size).toBeGreaterThan(10)
  // For a directory any name will do.
  expect(variables.delete('SPANMETER_RECORD_DIR')).toBe(true)
  expect(readEnvironment({ SPANMETER_RECORD_DIR: '?' }).recording).toEqual({ directory: '?' })
  // Any text may be the name of a file.
  expect(variables.delete('SPANMETER_ALERTS')).toBe(true)
  expect(readEnvironment({ SPANMETER_ALERTS: '?' }).alertsFile).toBe('?')
  // Of the endpoint it is said that there is none.
  for (const name of variables) expect(readEnvironment({ [name]: '?' }).warnings, name).toHaveLength(1)
})

test('docs/attributes.md has the attributes of a span in the order in which they are written', async () => {
  const page = readFileSync(join(root, 'docs/attributes.md'), 'utf8')
  const listed = [...page.matchAll(/^\| (\d+) \| `(.*)` \|/gm)].map(([, number, name]) => [Number(number), name])
  const { names, prefixed } = await import('../dist/otel/names.js')
  const { writeAttributes } = await import('../dist/otel/attributes.js')
  const cpu = { timeMs: 1, avg: 1, min: 1, max: 1, p50: 1, p95: 1, p99: 1 }
  const memory = { avg: 9e9, min: 9e9, max: 9e9, start: 9e9, end: 9e9, peak: 9e9 }
  const window = { durationMs: 1, samples: 1, coverage: 0.5, maxGapMs: 1, cpu, memory }
  const stats = { ...window, thread: { timeMs: 1, avg: 1, max: 1, waitMs: 1 }, cgroup: { throttledMs: 1 } }
  const share = { own: { selfMs: 1, totalMs: 1, othersMs: 1 }, shared: true }
  const rules = { cpuThreshold: 1, memoryThresholdMb: 1, keys: prefixed('resource') }
  const written: string[] = []
  const target = { setAttribute: (key: string) => written.push(key) }
  writeAttributes(target, stats, share, { ...rules, detail: 'default' })
  expect(listed).toEqual(written.map((name, i) => [i + 1, name]))
  written.length = 0
  writeAttributes(target, stats, share, { ...rules, detail: 'full' })
  expect(written.slice(0, listed.length)).toEqual(listed.map(([, name]) => name))
  const known = Object.values(names).map((name) => `resource.${name}`)
  for (const name of written) expect(known).toContain(name)
  // A table of the others, in which `.max` stands for the name before with another end.
  const [, table] = /^## With `detail: 'full'`\n([\s\S]*?)^## /m.exec(page)!
  const others = [...table!.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => {
    const [first, ...ends] = [...cell!.matchAll(/`(\S+)`/g)].map(([, name]) => name!)
    return [first!, ...ends.map((end) => first!.replace(/\.\w+$/, end))]
  })
  expect(new Set(others)).toEqual(new Set(known.filter((name) => !listed.some(([, one]) => one === name))))
})

test('docs/attributes.md has every option of the processor', async () => {
  const page = readFileSync(join(root, 'docs/attributes.md'), 'utf8')
  const documented = [...page.matchAll(/^\| `([a-z]\w*)` \| /gm)].map(([, name]) => name!)
  const { ResourceSpanProcessor } = await import('spanmeter/otel')
  let refusal = ''
  try {
    new ResourceSpanProcessor({ unknown: 1 } as never)
  } catch (error) {
    refusal = String(error)
  }
  const known = [...refusal.matchAll(/'(\w+)'/g)].map(([, name]) => name!).filter((name) => name !== 'unknown')
  expect(known.length).toBeGreaterThan(5)
  expect(documented.sort()).toEqual(known.sort())
})

test('docs/report.md has every option of the commands, every variable and every option of a recording', async () => {
  const page = readFileSync(join(root, 'docs/report.md'), 'utf8')
  const cells = [...page.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\S+?)[ `]/g)])
  const documented = cells.map(([, name]) => name!)
  const { stdout } = await run(process.execPath, [join(root, 'dist/cli/index.js'), 'run', '--help'])
  const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name!)
  expect(documented.filter((name) => name.startsWith('--')).sort()).toEqual(options.sort())

  const { readEnvironment } = await import('../dist/register/environment.js')
  const read = new Set<string>()
  readEnvironment(new Proxy({}, { get: (_, name) => void read.add(String(name)) }))
  const variables = [...read].filter((name) => name.startsWith('SPANMETER_RECORD_'))
  expect(documented.filter((name) => name.startsWith('SPANMETER_')).sort()).toEqual(variables.sort())

  const { startRecording } = await import('spanmeter/record')
  const names = documented.filter((name) => /^[a-z]/.test(name))
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) {
    // An unknown option would be refused by name; a known one is refused for its value.
    const attempt = () => startRecording({ directory: __filename, [name]: Symbol.iterator } as never)
    expect(attempt, name).toThrow(new RegExp(`^(?!option).*${name}`))
  }
})

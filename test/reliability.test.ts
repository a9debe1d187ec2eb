import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Ended, packageRoot, run } from './helpers/child'

// The page of what was done to make it fail, which is made of what the runs left.

let folder: string
let page: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  page = join(folder, 'page.md')
  mkdirSync(join(folder, 'results'))
  writeFileSync(page, '# Before\n\n<!-- runs -->\nstale\n<!-- end of runs -->\n\nAfter.\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

function make(...options: readonly string[]): Promise<Ended> {
  const script = join(packageRoot, 'scripts/reliability.mjs')
  return run(process.execPath, [script, '--results', join(folder, 'results'), '--page', page, ...options])
}

const faults = {
  command: 'npm run faults',
  date: '2026-01-02T03:04:05.000Z',
  machine: 'a machine | of two cores',
  figures: { 'calls made to fail': 1234567, crashes: 0, coverage: '98.5 %', hours: 2.25 },
  notes: ['Not those of the kernel.'],
}
const leave = (name: string, result: object) =>
  writeFileSync(join(folder, 'results', `${name}.json`), JSON.stringify(result))

test('the page of this repository is what the runs left', async () => {
  const { code, stderr } = await run('sh', ['-c', 'npm run reliability -- --check'])
  expect(code, stderr).toBe(0)
})

test('has the figures of each run, with its command, date and machine', async () => {
  leave('faults', faults)
  leave('another', { ...faults, figures: { 'things tried': 5 }, machine: { cpu: 'x', cores: 2 }, notes: [] })
  expect(await make()).toMatchObject({ code: 0, stderr: '' })
  const text = readFileSync(page, 'utf8')
  const figures = 'calls made to fail: **1 234 567**<br>crashes: **0**<br>coverage: **98.5 %**<br>hours: **2.25**'
  expect(text).toContain(`(\`faults\`) | ${figures} | \`npm run faults\` | 2026-01-02<br>a machine \\| of two cores |`)
  expect(text).toContain('| another (`another`) | things tried: **5** | `npm run faults` | 2026-01-02<br>x, 2 |')
  expect(text).toContain('\n- `faults`: Not those of the kernel.\n')
  expect(text).toMatch(/^# Before\n\n<!-- runs -->\n\n\| what /)
  expect(text).toMatch(/\n\n<!-- end of runs -->\n\nAfter\.\n$/)
  expect(text).not.toContain('stale')
})

test('says of what left nothing that it did not run', async () => {
  rmSync(join(folder, 'results'), { recursive: true })
  await make()
  const rows = readFileSync(page, 'utf8').match(/^\| .*$/gm)!
  expect(rows.length).toBeGreaterThan(6)
  for (const row of rows.slice(1)) expect(row).toMatch(/ \(`[a-z-]+`\) \| not run \| \| \|$/)
})

test('is refused where it says something else', async () => {
  leave('faults', faults)
  expect(await make('--check')).toMatchObject({ code: 1, stderr: expect.stringContaining('is not what ran') })
  await make()
  expect(await make('--check')).toMatchObject({ code: 0 })
  leave('faults', { ...faults, figures: { ...faults.figures, crashes: 1 } })
  expect(await make('--check')).toMatchObject({ code: 1 })
})

test.each([['command'], ['date'], ['machine'], ['figures']])('a run without its %s is no run', async (key) => {
  leave('faults', { ...faults, [key]: undefined })
  expect(await make()).toMatchObject({ code: 1, stderr: expect.stringContaining(`has no ${key}`) })
})

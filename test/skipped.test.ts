import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot, run } from './helpers/child'

// A test that is skipped for want of something makes CI red: by its name, which says what to fetch or install.

const lacking = 'Node.js 22, which is an older one (skipped: run `npm run nodes` first)'

describe.each([{ name: lacking }])('$name', () => {
  test('a name that comes from a table is whole', ({ task }) => {
    expect(task.suite!.name).toContain(lacking)
  })
})

test.each([
  [1, 'that lacks something', lacking],
  [0, 'that no machine like this could run', 'a quota (skipped: needs a cgroup)'],
])('the check ends with %d after a test %s', async (code, _what, why) => {
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  const report = join(folder, 'tests.json')
  const assertionResults = [
    { status: 'passed', fullName: 'one' },
    { status: 'skipped', fullName: `${why} another` },
  ]
  writeFileSync(report, JSON.stringify({ testResults: [{ assertionResults }] }))
  const ended = await run(process.execPath, [join(packageRoot, 'test/check-skipped.mjs'), report], {})
  rmSync(folder, { recursive: true })
  expect(ended.code).toBe(code)
  expect(ended.stdout).toContain(`1 tests were skipped, ${code} of them`)
})

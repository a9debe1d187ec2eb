/**
 * Runs the tests of what is refused, and leaves how many bad inputs they had for docs/reliability.md:
 *   npm run bad-inputs
 * One test of a table of inputs is one of them.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leaveResult } from './leave-result.mjs'

/** What such tests say in their names. */
const words = 'refused'

/** What is no part of the package. */
const others = /^(demo|docs|orders|soak)/

const files = readdirSync('test').filter((name) => name.endsWith('.test.ts') && !others.test(name))
const chosen = files.map((name) => `test/${name}`).filter((file) => readFileSync(file, 'utf8').includes(words))
const folder = mkdtempSync(join(tmpdir(), 'spanmeter-bad-inputs-'))
try {
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync('npx', ['vitest', 'run', '-t', words, ...reporters, ...chosen], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`the tests ended with ${status}`)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const passed = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'passed').map(() => name),
  )
  const figures = {
    'bad inputs refused': passed.length,
    'files of tests that hold them': new Set(passed).size,
  }
  leaveResult('bad-inputs', 'npm run bad-inputs', figures)
} finally {
  rmSync(folder, { recursive: true })
}

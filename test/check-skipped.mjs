/**
 * Fails if a test was skipped because something had not been fetched or installed, which its name says:
 *   npm run test:js -- --reporter=default --reporter=json --outputFile.json=build/tests.json
 *   node test/check-skipped.mjs build/tests.json
 * One that cannot run on a machine at all says so, and may be skipped.
 */
import { readFileSync } from 'node:fs'

const reports = process.argv.slice(2)
if (reports.length === 0) throw new Error('which reports?')
const testResults = reports.flatMap((report) => JSON.parse(readFileSync(report, 'utf8')).testResults)
const skipped = testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status !== 'passed'),
)
const names = skipped.filter(({ status }) => status !== 'failed').map(({ fullName }) => fullName)
const lacking = names.filter((name) => /\(skipped: .* first\)/.test(name))
console.log(`${names.length} tests were skipped, ${lacking.length} of them for want of something`)
for (const name of lacking) console.log(`- ${name}`)
process.exitCode = lacking.length > 0 ? 1 : 0

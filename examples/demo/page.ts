import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { folder } from './report'

/** Writes the page of a recording, as `npx spanmeter report` does, and returns its path. */
export function writePage(recording: string): string {
  const file = join(folder, 'report.html')
  const manifest = require.resolve('spanmeter/package.json')
  const { bin } = require(manifest) as { bin: { spanmeter: string } }
  const command = join(dirname(manifest), bin.spanmeter)
  const args = [command, 'report', recording, '--report', file]
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return file
}

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fatalReportFile } from '../../record/run-files.js'
import { textOf } from '../../report/regular-files.js'

/** What ends a process; a report on anything else is the program's own. */
const fatal = new Set(['FatalError', 'OOMError'])

/**
 * Why Node.js gave up, as its own report says that a thread of a recording left; undefined where there is none. Removes the
 * report, which holds the environment of the process.
 */
export function takeFatalError(recording: string): string | undefined {
  const reports = readdirSync(recording, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(recording, entry.name, fatalReportFile)))
    .map(({ name }) => join(recording, name))
    .map((folder) => ({ folder, ...headerOf(folder) }))
    .filter(({ trigger }) => trigger === undefined || fatal.has(trigger))
  for (const { folder } of reports) rmSync(join(folder, fatalReportFile), { force: true })
  return reports.find(({ event }) => event !== undefined)?.event
}

/** Nothing where the process was ended while it wrote. */
function headerOf(folder: string): { event?: string; trigger?: string } {
  try {
    return (JSON.parse(textOf(folder, fatalReportFile)) as { header: { event: string; trigger: string } }).header
  } catch {
    return {}
  }
}

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fatalReportFile } from '../../record/run-files.js'
import { textOf } from '../../report/regular-files.js'

/**
 * Why Node.js gave up, as its own report says that a thread of a recording left; undefined where there is none. Removes the
 * report, which holds the environment of the process.
 */
export function takeFatalError(recording: string): string | undefined {
  const folders = readdirSync(recording, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(recording, name))
    .filter((folder) => existsSync(join(folder, fatalReportFile)))
  const [why] = folders.flatMap((folder) => {
    try {
      const { header } = JSON.parse(textOf(folder, fatalReportFile)) as { header: { event: string } }
      return [header.event]
    } catch {
      return []
    } finally {
      rmSync(join(folder, fatalReportFile), { force: true })
    }
  })
  return why
}

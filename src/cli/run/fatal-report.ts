import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fatalReportFile } from '../../record/run-files.js'

/**
 * Why Node.js gave up, as its own report says that a thread of a recording left; undefined where there is none. Removes the
 * report, which holds the environment of the process.
 */
export function takeFatalError(recording: string): string | undefined {
  const paths = readdirSync(recording)
    .map((name) => join(recording, name, fatalReportFile))
    .filter(existsSync)
  const [why] = paths.flatMap((path) => {
    try {
      const { header } = JSON.parse(readFileSync(path, 'utf8')) as { header: { event: string } }
      return [header.event]
    } catch {
      return []
    } finally {
      rmSync(path, { force: true })
    }
  })
  return why
}

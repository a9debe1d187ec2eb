/** What `spanmeter run` and the processes that it starts agree on, by the environment. */

import { appendFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { othersFile, programFile } from '../record/run-files.js'

/** `program`: only the program itself is recorded; `all`: its children, too. */
export const runVariable = 'SPANMETER_RUN'
export type Recorded = 'program' | 'all'

/** Programs that only start others, by the names of their files and of the folders that these are in. */
const launchers = /^(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack|tsx|nodemon|cross-env|dotenv|dotenvx|concurrently|turbo)\b/

/** Whether `script` is the file of a program that only starts others. */
export function isLauncher(script: string): boolean {
  const [, inPackage] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(script) ?? []
  if (launchers.test(basename(script))) return true
  return inPackage !== undefined && launchers.test(inPackage) && !script.endsWith('loader.mjs')
}

/** Whether this process is one to be recorded. One that is not leaves a note of itself. */
export function isRecorded(recording: string, recorded: Recorded): boolean {
  const script = process.argv[1] ?? ''
  if (isLauncher(script)) return false
  if (recorded === 'all') return true
  try {
    writeFileSync(join(recording, programFile), `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return true
    appendFileSync(join(recording, othersFile), `${process.pid} ${basename(script)}\n`, { mode: 0o600 })
    return false
  }
}

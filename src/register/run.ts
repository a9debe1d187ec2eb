/** What `spanmeter run` and the processes that it starts agree on, by the environment. */

import { realpathSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { appendToFile } from '../record/private-files.js'
import { othersFile, programFile } from '../record/run-files.js'

/** `program`: only the program itself is recorded; `all`: its children, too. */
export const runVariable = 'SPANMETER_RUN'
export type Recorded = 'program' | 'all'

/** Packages whose commands only start others. */
const launchers = new Set([
  ...['npm', 'npx', 'yarn', 'pnpm', '@pnpm/exe', 'corepack', 'tsx', 'nodemon', 'cross-env', 'dotenv-cli'],
  ...['@dotenvx/dotenvx', 'concurrently', 'npm-run-all', 'npm-run-all2', 'turbo', 'wireit'],
])
/** As Yarn is kept in a project. */
const yarnRelease = /^yarn-\d.*\.[cm]?js$/

/** Whether `script` is the file of a program that only starts others. */
function isLauncher(script: string): boolean {
  const path = realPath(script)
  // The innermost package: a launcher may have its own dependencies. Debian keeps packages in share/nodejs.
  const [, inPackage = ''] = /.*[\\/](?:node_modules|share[\\/]nodejs)[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path) ?? []
  return launchers.has(inPackage.replace('\\', '/')) || yarnRelease.test(basename(path))
}

/** Commands are links to files of packages. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
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
    appendToFile(join(recording, othersFile), `${process.pid} ${basename(script)}\n`)
    return false
  }
}

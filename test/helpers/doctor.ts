import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { Report } from '../../dist/cli/doctor/report.js'
import { type Ended, packageRoot, run } from './child'

// `spanmeter doctor`, against what other programs say of the same machine. Nothing here is timed, so that all runs of a file
// go on side by side.

export const program = join(packageRoot, 'dist/cli/index.js')
export const secret = 'correct-horse-battery-staple'
export const node = [process.execPath]
export const noAddons = [...node, '--no-addons']
export const preload = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`]

/** Runs it in a folder, with a secret in the environment and on the command line of Node.js. */
export function doctor(folder: string, command: readonly string[], ...args: string[]): Promise<Ended> {
  const all = [...command, `--title=${secret}`, program, 'doctor', ...args]
  return run('env', ['-C', folder, ...all], { SECRET: secret, NO_COLOR: undefined })
}

/** The command that was asked for, and its JSON. */
export async function reportOf(folder: string, command: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await doctor(folder, command, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toContain(secret)
  return JSON.parse(stdout)
}

export const scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))

export function put(file: string, content: string): void {
  const path = join(scratch, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

export function putPackage(folder: string, name: string, version: string, code = ''): void {
  put(`${folder}/node_modules/${name}/package.json`, JSON.stringify({ name, version, exports: './index.js' }))
  put(`${folder}/node_modules/${name}/index.js`, code)
}

export const empty = join(scratch, 'empty')
put('empty/package.json', '{}')

/** Lets these go on until each is awaited, and calls `cleanUp` when all have ended. */
export function sideBySide<Runs extends Record<string, Promise<unknown> | undefined>>(
  runs: Runs,
  cleanUp: () => void = () => {},
): Runs {
  // Whoever awaits it gets the error; until then it is nobody's.
  for (const going of Object.values(runs)) Promise.resolve(going).catch(() => {})
  afterAll(async () => {
    await Promise.allSettled(Object.values(runs))
    rmSync(scratch, { recursive: true })
    cleanUp()
  })
  return runs
}

export const status = (name: string) =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))![1]!

export const ask = (command: string) => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()

export function expectPlain(text: string): void {
  expect(text).not.toContain('\x1b')
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
}

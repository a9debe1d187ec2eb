import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, vi } from 'vitest'

/** Of the test that runs. */
export let folder: string
/** A file of the user in it that must stay as it is. */
export let victim: string

/** Has each test of the file begin with a folder and a victim, and looks at that in the end. */
export function keepVictim(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
    victim = join(folder, 'victim')
    writeFileSync(victim, 'precious', { mode: 0o644 })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    expect(statSync(victim).mode & 0o777).toBe(0o644)
    rmSync(folder, { recursive: true })
  })
}

/** A folder like that of temporary files. */
export function sharedFolder(): string {
  const path = join(folder, 'shared')
  mkdirSync(path)
  chmodSync(path, 0o1777)
  return path
}

/** Has a file or link belong to somebody else; where this user may not do that, has this user be somebody else. */
export function giveAway(path: string): void {
  try {
    execFileSync('chown', ['-h', '65534', path], { stdio: 'ignore' })
  } catch {
    vi.spyOn(process, 'geteuid').mockReturnValue(65_534)
  }
}

/** As in `ls -l`, in octal digits. */
export const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8)

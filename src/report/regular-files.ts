/**
 * What a recording consists of are files. It may be somebody else's: a pipe in it would be waited for without end, a device
 * have no end, and a link lead to what is not part of it.
 */

import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The names of the files in a folder that end so, in order; none where it is gone. */
export function filesIn(folder: string, ending: string): string[] {
  const files = entriesOf(folder).filter((entry) => entry.isFile() && entry.name.endsWith(ending))
  return files.map(({ name }) => name).sort()
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** Whether what was to be read is not there any more: a recording that goes on removes files and folders. */
export function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** Throws where there is no such file. */
export function textOf(folder: string, name: string): string {
  const path = join(folder, name)
  if (!lstatSync(path).isFile()) throw new Error(`${path} is no file`)
  return readFileSync(path, 'utf8')
}

/**
 * Files and folders for their owner alone: names of spans and attributes may be private. In a folder where others may
 * write, such as that of temporary files, somebody may have put something in the place of a file before, or a link to it.
 */

import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

const fileMode = 0o600
const folderMode = 0o700

/**
 * Makes a folder and those above it, where they are not there. Throws what making one throws, and where something else has
 * its name: a link, or a folder of somebody else, who would read what is put there.
 */
export function makePrivateFolder(path: string): void {
  if (makeFolder(path)) return
  const found = lstatSync(path)
  if (!found.isDirectory() || !isMine(found)) throw new Error(`${path} is there already, and belongs to somebody else`)
}

/**
 * Makes a folder and those above it. Returns whether it was made, rather than there already. `mkdirSync` can make those
 * above itself, but never returns where a file system answers that there is no such folder to make, as /proc does.
 */
export function makeFolder(path: string): boolean {
  // Another process may make any of them meanwhile.
  if (!existsSync(dirname(path))) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: folderMode })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory()) return false
    throw error
  }
}

/** Makes the first folder of these names that is not there. Throws what making one throws. */
export function makeNewFolder(names: Iterable<string>): string {
  for (const path of names) {
    try {
      mkdirSync(path, { mode: folderMode })
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  throw new Error('each of the names is taken')
}

/** Opens a new file to append to it. Throws where anything has its name, be it a link that leads nowhere. */
export function createFile(path: string): number {
  return openSync(path, 'ax', fileMode)
}

/** Writes a file that is either whole or as it was before. Throws what writing throws. */
export function replaceFile(path: string, content: string | Buffer): void {
  const temporary = `${path}.tmp`
  rmSync(temporary, { force: true })
  writeFileSync(temporary, content, { mode: fileMode, flag: 'wx' })
  renameSync(temporary, path)
}

/** Appends to a file, which is made where it is not there. Throws what writing throws, and where its name is a link. */
export function appendToFile(path: string, content: string): void {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants
  const descriptor = openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, fileMode)
  try {
    writeFileSync(descriptor, content)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes a file that the user has named, over what is there: also into a pipe, or where a link of the user leads. Throws
 * what writing throws, and where others may write to the folder and what has this name is somebody else's: they would
 * read what is written, or have it written over another file of the user. The content comes in pieces, for all of it may
 * be longer than a string can be.
 */
export function writeNamedFile(path: string, pieces: Iterable<string>): void {
  const descriptor = openNamed(path)
  try {
    const found = fstatSync(descriptor)
    checkNamed(path, found)
    if (found.isFile()) {
      if (isMine(found)) hideFromOthers(descriptor)
      ftruncateSync(descriptor)
    }
    for (const piece of pieces) writeFileSync(descriptor, piece)
  } finally {
    closeSync(descriptor)
  }
}

function openNamed(path: string): number {
  const { O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants
  const found = lstatSync(path, { throwIfNoEntry: false })
  // Before it is opened: a pipe would be waited for.
  if (found !== undefined) checkNamed(path, found)
  return openSync(path, O_CREAT | O_WRONLY | (found?.isSymbolicLink() ? 0 : O_NOFOLLOW), fileMode)
}

/** Not every file system can. */
function hideFromOthers(descriptor: number): void {
  try {
    fchmodSync(descriptor, fileMode)
  } catch {}
}

function checkNamed(path: string, found: Stats): void {
  if (isMine(found) || isRoots(found) || !isShared(dirname(path))) return
  throw new Error('it is there already, belongs to somebody else, and is in a folder where others may write')
}

/** Whether others than this user and root may put something there. */
function isShared(folder: string): boolean {
  const found = statSync(folder)
  return (found.mode & 0o022) !== 0 || !(isMine(found) || isRoots(found))
}

/** On Windows, where nobody has a number, all is. */
function isMine({ uid }: Stats): boolean {
  return uid === (process.geteuid?.() ?? uid)
}

function isRoots({ uid }: Stats): boolean {
  return uid === 0
}

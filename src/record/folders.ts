import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads'
import { timeOrigin } from '../clock.js'
import { makeFolder, makeNewFolder } from './private-files.js'

/**
 * Makes a folder for a recording that begins now: one of its own in the directory, in the order of time. The process may
 * change to another folder later. Throws what making one throws.
 */
export function newRecording(directory: string): string {
  const parent = fixed(directory)
  if (!existsSync(parent)) makeFolder(parent)
  return makeNewFolder(recordingNames(parent))
}

/** Processes of several containers may have one number, and begin at once. */
function* recordingNames(parent: string): Generator<string> {
  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  const name = join(parent, `${time}-${process.pid}`)
  yield name
  for (let i = 2; i < 1000; i++) yield `${name}-${i}`
}

/**
 * A relative path means the same all the time, whatever folder the process changes to: what it meant when it was first asked
 * for, by this thread or by one that has started it.
 */
function fixed(directory: string): string {
  if (isAbsolute(directory)) return directory
  const key = `spanmeter folder of recordings ${directory}`
  const known = getEnvironmentData(key)
  if (typeof known === 'string') return known
  try {
    const path = resolve(directory)
    setEnvironmentData(key, path)
    return path
  } catch {
    // The folder that the process is in is gone. Nothing can be made there, which says why.
    return directory
  }
}

/** The folder of this thread in a recording. */
export function threadFolder(recording: string): string {
  return join(recording, `${process.pid}-${threadId}-${Math.round(timeOrigin)}`)
}

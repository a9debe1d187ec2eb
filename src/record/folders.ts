import { isAbsolute, join, resolve } from 'node:path'
import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads'
import { timeOrigin } from '../clock.js'

let count = 0

/**
 * A folder for a recording that begins now: one of its own in the directory, in the order of time. The process may change to
 * another folder later.
 */
export function newRecording(directory: string): string {
  count++
  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return join(fixed(directory), `${time}-${process.pid}${count === 1 ? '' : `-${count}`}`)
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

import { join } from 'node:path'
import { threadId } from 'node:worker_threads'

/** A folder for a recording that begins now: unique in its directory, and in the order of time. */
export function newRecording(directory: string): string {
  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return join(directory, `${time}-${process.pid}`)
}

/** The folder of this thread in a recording. */
export function threadFolder(recording: string): string {
  return join(recording, `${process.pid}-${threadId}-${Math.round(performance.timeOrigin)}`)
}

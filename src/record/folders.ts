import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { timeOrigin } from '../clock.js'

let count = 0

/** A folder for a recording that begins now: one of its own in the directory, in the order of time. */
export function newRecording(directory: string): string {
  count++

  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return join(directory, `${time}-${process.pid}${count === 1 ? '' : `-${count}`}`)
}

/** The folder of this thread in a recording. */
export function threadFolder(recording: string): string {
  return join(recording, `${process.pid}-${threadId}-${Math.round(timeOrigin)}`)
}

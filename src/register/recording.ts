import { isMainThread } from 'node:worker_threads'
import type { RecordingOptions } from '../record/options.js'
import type { ResourceMonitor } from '../types.js'
import { isRecorded, type Recorded, runVariable } from './run.js'

type Warn = (message: string) => void

/**
 * The recording that the environment asks for, and whether it begins at once: that of a worker begins with its first
 * tracer provider. Undefined in a process that `spanmeter run` does not record.
 */
export function recordingFor(options: RecordingOptions, monitor: () => ResourceMonitor, warn: Warn) {
  const recorded = process.env[runVariable] as Recorded | undefined
  // A worker is part of its process.
  if (recorded !== undefined && isMainThread && !isRecorded(options.directory, recorded)) return undefined
  const internal = { warn, ...(recorded !== undefined && { folder: options.directory }) }
  let begun = false

  function begin(): void {
    if (begun) return
    begun = true
    try {
      const { startRecording } = require('../record/recording.js') as typeof import('../record/recording.js')
      startRecording({ ...options, monitor: monitor() }, internal)
    } catch (error) {
      warn(`SPANMETER_RECORD_DIR: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { begin, atOnce: isMainThread }
}

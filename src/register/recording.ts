import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import type { RecordingOptions } from '../record/options.js'
import type { ResourceMonitor } from '../types.js'
import { keepOwnReports, reportFatalErrors } from './fatal-errors.js'
import { instrument, instrumentVariable } from './instrument.js'
import { isRecorded, type Recorded, runVariable } from './run.js'

type Warn = (message: string) => void

/** By which a thread finds the folder of its process's recording. */
const folderKey = 'spanmeter recording'

/**
 * The recording that the environment asks for, and whether it begins at once: that of a worker begins with its first
 * tracer provider, if no CPU profile is taken. Undefined in a process that `spanmeter run` does not record.
 */
export function recordingFor(options: RecordingOptions, monitor: () => ResourceMonitor, warn: Warn) {
  const recorded = process.env[runVariable] as Recorded | undefined
  // A worker is part of its process.
  if (recorded !== undefined && isMainThread && !isRecorded(options.directory, recorded)) return undefined
  if (!isMainThread) keepOwnReports()
  let begun = false

  function begin(): void {
    if (begun) return
    begun = true
    try {
      const { startRecording } = require('../record/recording.js') as typeof import('../record/recording.js')
      const known = recorded === undefined ? (getEnvironmentData(folderKey) as string | undefined) : options.directory
      const internal = { warn, ...(known !== undefined && { folder: known }) }
      const { folder, threadFolder } = startRecording({ ...options, monitor: monitor() }, internal)
      setEnvironmentData(folderKey, folder)
      if (recorded === undefined || !isMainThread) return
      reportFatalErrors(threadFolder)
      if (process.env[instrumentVariable] === 'true') instrumentOrWarn(warn)
    } catch (error) {
      warn(`SPANMETER_RECORD_DIR: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { begin, atOnce: isMainThread || options.cpuProfile === true }
}

function instrumentOrWarn(warn: Warn): void {
  try {
    instrument()
  } catch (error) {
    warn(`--instrument: ${(error as Error).message.split('\n', 1)[0]}`)
  }
}

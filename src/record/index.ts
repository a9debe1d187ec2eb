import type { RecordingOptions } from './options.js'
import { type Recording, startRecording as start } from './recording.js'

export type { Recording, RecordingOptions }

/**
 * Records what the process uses and which spans end, on disk, each second, until the process ends or `stop()` is called.
 * Without a tracer provider of OpenTelemetry, HTTP requests take the place of spans.
 *
 * Throws a `TypeError` or `RangeError` for a bad option, and `SpanmeterError` `CANNOT_RECORD` where the folder cannot be
 * made. What fails later, as on a full disk, is one warning, and the end of the recording.
 */
export function startRecording(options: RecordingOptions): Recording {
  return start(options)
}

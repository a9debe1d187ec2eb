import { statSync } from 'node:fs'
import type { ReportData } from './data.js'
import { readOtlp } from './read-otlp.js'
import { readRecording } from './read-recording.js'

/** Reads the folder of a recording, or a file of OTLP JSON lines. Rejects with a sentence where there is neither. */
export async function read(path: string): Promise<ReportData> {
  return isFile(path) ? await readOtlp(path) : await readRecording(path)
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch (error) {
    throw new Error(`there is no recording: ${(error as Error).message}`)
  }
}

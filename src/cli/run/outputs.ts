import { writeFileSync } from 'node:fs'
import type { ReportData } from '../../report/data.js'
import { summaryOf } from '../../report/summary.js'
import type { RunOptions } from './options.js'

export type Outputs = Pick<RunOptions, 'json'>

/** Not for others: names and attributes may be private. */
const mode = 0o600

const formats: Record<keyof Outputs, (data: ReportData) => string> = {
  json: (data) => `${JSON.stringify(summaryOf(data), undefined, 2)}\n`,
}

/** Writes the files that were asked for. Returns their paths; `warn` is called with what cannot be written. */
export function writeOutputs(data: ReportData, outputs: Outputs, warn: (message: string) => void): string[] {
  const formatsAsked = Object.entries(formats).filter(([name]) => outputs[name as keyof Outputs] !== undefined)
  return formatsAsked.flatMap(([name, format]) => {
    const file = outputs[name as keyof Outputs]!
    try {
      writeFileSync(file, format(data), { mode })
      return [file]
    } catch (error) {
      warn(`--${name} ${file} was not written: ${(error as Error).message}`)
      return []
    }
  })
}

import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { ReportData } from '../report/data.js'
import { chromeTrace } from '../report/formats/chrome-trace.js'
import { otlp } from '../report/formats/otlp.js'
import { speedscope } from '../report/formats/speedscope.js'
import { summaryOf } from '../report/summary.js'

/** The files that were asked for. */
export interface Outputs {
  json?: string
  trace?: string
  speedscope?: string
  otlp?: string
}

/** The options by which they are asked for. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json <file>', 'write the table and more as JSON; dist/report/summary.d.ts describes it')
    .option('--trace <file>', 'write spans and samples as a Chrome trace, for ui.perfetto.dev and DevTools')
    .option('--speedscope <file>', 'write spans for speedscope')
    .option('--otlp <file>', 'write spans as OTLP JSON lines')
}

/** Not for others: names and attributes may be private. */
const mode = 0o600

const formats: Record<keyof Outputs, (data: ReportData) => string> = {
  json: (data) => `${JSON.stringify(summaryOf(data), undefined, 2)}\n`,
  trace: chromeTrace,
  speedscope,
  otlp,
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

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { read } from '../../report/read.js'
import { summaryOf } from '../../report/summary.js'
import { addOutputOptions, asksForFile, type Outputs, pageFile, writeOutputs } from '../outputs.js'
import { summaryText } from '../summary-text.js'

const help = `
Where no file is named, the page is written: to report.html in the recording, or
beside the file.

A recording may still go on, or end in the middle: what is whole is shown.

Exit codes:
  0  the recording was read, and all files were written
  1  the command line was not understood
  2  there is no recording, or a file could not be written`

/** `spanmeter report`: what a recording says, again. */
export function reportCommand(): Command {
  return addOutputOptions(new Command('report'))
    .summary('show what a recording says')
    .description(
      'Shows what was recorded by `spanmeter run`, SPANMETER_RECORD_DIR or startRecording(), or the spans of a file of OTLP ' +
        'JSON lines that have attributes of spanmeter.',
    )
    .argument('<recording>', 'the folder of a recording, or a file of OTLP JSON lines')
    .addHelpText('after', help)
    .showHelpAfterError('(spanmeter report --help lists the options)')
    .action(async (path: string, outputs: Outputs) => {
      const complain = (message: string) => {
        process.stderr.write(`spanmeter: ${message}\n`)
        process.exitCode = 2
      }
      try {
        const data = await read(path)
        const page = statSync(path).isDirectory() ? join(path, pageFile) : `${path}.html`
        const asked = asksForFile(outputs) ? outputs : { ...outputs, report: page }
        process.stdout.write(summaryText(summaryOf(data)))
        for (const file of await writeOutputs(data, asked, page, complain)) process.stdout.write(`${resolve(file)}\n`)
      } catch (error) {
        complain((error as Error).message)
      }
    })
}

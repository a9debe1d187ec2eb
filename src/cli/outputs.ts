import type { Command } from 'commander'
import { writeNamedFile } from '../record/private-files.js'
import type { ReportData } from '../report/data.js'
import { chromeTrace } from '../report/formats/chrome-trace.js'
import { otlp } from '../report/formats/otlp.js'
import { speedscope } from '../report/formats/speedscope.js'
import { pageOf } from '../report/page/page.js'
import { summaryOf } from '../report/summary.js'
import { openPage } from './open-page.js'

/** The files that were asked for, and whether to show the page in a browser. */
export interface Outputs extends Files {
  open?: true
}

interface Files {
  report?: string
  json?: string
  trace?: string
  speedscope?: string
  otlp?: string
}

const pieceLength = 2 ** 18

/** The page in the folder of a recording, where no other file was named for it. */
export const pageFile = 'report.html'

/** The options by which they are asked for. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--report <file>', 'write a page of HTML with charts and spans, which needs nothing else')
    .option('--open', 'show the page in a browser')
    .option('--json <file>', 'write the table and more as JSON; dist/report/summary.d.ts describes it')
    .option('--trace <file>', 'write spans and samples as a Chrome trace, for ui.perfetto.dev and DevTools')
    .option('--speedscope <file>', 'write spans for speedscope')
    .option('--otlp <file>', 'write spans as OTLP JSON lines')
}

/** Those that grow with each sample or span are made while they are written. */
const formats: Record<keyof Files, (data: ReportData) => Iterable<string>> = {
  report: (data) => [pageOf(data)],
  json: (data) => [`${JSON.stringify(summaryOf(data), undefined, 2)}\n`],
  trace: chromeTrace,
  speedscope: (data) => [speedscope(data)],
  otlp,
}

/** Whether a file was asked for. */
export function asksForFile(outputs: Outputs): boolean {
  return Object.keys(formats).some((name) => outputs[name as keyof Files] !== undefined)
}

/**
 * Writes the files that were asked for, and shows the page if it was asked for; `page` is its file where none was named.
 * Returns the paths. `warn` is called with what cannot be done.
 */
export async function writeOutputs(
  data: ReportData,
  { open, ...asked }: Outputs,
  page: string,
  warn: (message: string) => void,
): Promise<string[]> {
  const files: Files = open ? { report: page, ...asked } : asked
  const written = Object.entries(formats).flatMap(([name, format]) => {
    const file = files[name as keyof Files]
    return file === undefined || !wrote(name, file, () => format(data), warn) ? [] : [file]
  })
  if (open && written.includes(files.report!)) await openPage(files.report!).catch(({ message }) => warn(message))
  return written
}

function wrote(
  option: string,
  file: string,
  content: () => Iterable<string>,
  warn: (message: string) => void,
): boolean {
  try {
    writeNamedFile(file, gathered(content()))
    return true
  } catch (error) {
    warn(`--${option} ${file} was not written: ${(error as Error).message}`)
    return false
  }
}

/** Lines, in pieces that are worth a call of the system each. */
function* gathered(lines: Iterable<string>): Generator<string, void, void> {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  yield piece
}

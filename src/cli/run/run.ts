import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { newRecording } from '../../record/folders.js'
import { replaceFile } from '../../record/private-files.js'
import { type RunFile, runFile } from '../../record/run-files.js'
import { readRecording } from '../../report/read-recording.js'
import { summaryOf } from '../../report/summary.js'
import { pageFile, writeOutputs } from '../outputs.js'
import { summaryText } from '../summary-text.js'
import { environmentFor } from './environment.js'
import { takeFatalError } from './fatal-report.js'
import type { RunOptions } from './options.js'
import { type End, runProgram } from './program.js'

/** Runs a program, prints and writes what was recorded of it, and returns how it ended. Its stdout is the program's alone. */
export async function run(command: readonly string[], options: RunOptions): Promise<End> {
  const recording = makeRecording(options.directory)
  if (recording !== undefined) {
    note(recording, { command: [...command] })
    print(`recording ${command.join(' ')} to ${recording}\n`)
  }
  const env = recording === undefined ? process.env : environmentFor(process.env, recording, options)
  const end = await runProgram(command, env)
  if (end.why !== undefined) print(`${end.why}\n`)
  if (end.why !== undefined || recording === undefined) return end
  try {
    await report(recording, { command: [...command], end: { ...end, ...fatalErrorOf(recording) } }, options)
  } catch (error) {
    print(`${error instanceof Error ? error.message : String(error)}\n`)
  }
  return end
}

async function report(recording: string, run: RunFile, options: RunOptions): Promise<void> {
  note(recording, run)
  const data = await readRecording(recording, run).catch(() => undefined)
  if (data === undefined) {
    print(
      'nothing was recorded: no process of Node.js loaded spanmeter. That is so where the program is none, ' +
        'or starts one with other NODE_OPTIONS.\n',
    )
    return
  }
  process.stderr.write(summaryText(summaryOf(data)))
  const page = join(recording, pageFile)
  const files = await writeOutputs(data, options, page, (message) => print(`${message}\n`))
  for (const file of files) print(`${resolve(file)}\n`)
  print(`the recording is in ${recording}\n`)
}

function fatalErrorOf(recording: string): { why?: string } {
  const why = takeFatalError(recording)
  return why === undefined ? {} : { why }
}

/** Undefined where it cannot be made, which is a warning: the program runs all the same. */
function makeRecording(directory: string | undefined): string | undefined {
  try {
    if (directory === undefined) return mkdtempSync(join(tmpdir(), 'spanmeter-'))
    return newRecording(directory)
  } catch (error) {
    print(`there is no recording: ${(error as Error).message}\n`)
    return undefined
  }
}

/** What is in there is for later readers: a full disk is no reason to end. */
function note(recording: string, content: RunFile): void {
  try {
    replaceFile(join(recording, runFile), `${JSON.stringify(content)}\n`)
  } catch (error) {
    print(`${(error as Error).message}\n`)
  }
}

function print(text: string): void {
  process.stderr.write(`spanmeter: ${text}`)
}

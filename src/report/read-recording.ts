import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isRunFile } from '../record/check.js'
import { othersFile, type RunFile, runFile } from '../record/run-files.js'
import type { ReportData, ReportProgram } from './data.js'
import { type RecordedThread, readThread } from './read-thread.js'
import { textOf } from './regular-files.js'
import { verdict } from './verdict.js'

/**
 * What a recording holds, as far as it is whole: it may go on, or have been cut off anywhere. `run`: what `spanmeter run`
 * knows of it. Rejects with a sentence where the folder has none.
 */
export async function readRecording(folder: string, run = readRun(folder)): Promise<ReportData> {
  const found = await Promise.all(foldersIn(folder).map((name) => readThread(join(folder, name))))
  const threads = found.filter((thread) => thread !== undefined)
  if (threads.length === 0) throw new Error(`there is no recording in ${folder}`)
  const beganAt = ({ header }: RecordedThread) => header.timeOrigin + header.startMs
  threads.sort((a, b) => a.header.threadId - b.header.threadId || beganAt(a) - beganAt(b))
  const startedAt = Math.min(...threads.map(beganAt))
  const [main] = threads as [RecordedThread]
  const { machine, node } = main.header
  const { cpuLimit, memoryLimit } = main.lastHealth ?? {}
  const endedAt = Math.max(...threads.map(({ header, lastMs }) => header.timeOrigin + lastMs))
  const program: ReportProgram = {
    command: run?.command ?? main.header.command,
    node,
    startedAt,
    durationMs: endedAt - startedAt,
    end: endOf(main, run),
  }
  const data: ReportData = {
    format: 1,
    program,
    machine: {
      ...machine,
      ...(cpuLimit !== undefined && { cpuLimit }),
      ...(memoryLimit !== undefined && { memoryLimit }),
    },
    processes: threads.map((thread) => thread.finish(thread.header.timeOrigin - startedAt)),
    verdict: [],
  }
  return { ...data, verdict: verdict(data, othersIn(folder)) }
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    throw new Error(`there is no recording in ${folder}: ${(error as Error).message}`)
  }
}

function readRun(folder: string): RunFile | undefined {
  try {
    const run: unknown = JSON.parse(textOf(folder, runFile))
    return isRunFile(run) ? run : undefined
  } catch {
    return undefined
  }
}

/** How many processes of Node.js the program started that were not recorded. */
function othersIn(folder: string): number {
  try {
    return textOf(folder, othersFile).split('\n').length - 1
  } catch {
    return 0
  }
}

function endOf({ end }: RecordedThread, run: RunFile | undefined): ReportProgram['end'] {
  const known = { ...(end?.code !== undefined && { code: end.code }), ...(end !== undefined && { why: end.why }) }
  if (run?.end !== undefined) return { ...known, ...run.end }
  return end === undefined ? null : known
}

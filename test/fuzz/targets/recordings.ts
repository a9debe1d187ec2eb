import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReportData } from '../../../dist/report/data.js'
import { readRecording } from '../../../dist/report/read-recording.js'
import { damageText, damageValue } from '../damage.js'
import { type MadeThread, makeThread } from '../made-recording.js'
import type { Random } from '../random.js'
import { checkReport } from '../readings.js'
import { scratchFolder } from '../scratch.js'
import { promise, type Target } from '../target.js'

const temporary = scratchFolder()
const folder = join(temporary, 'recording')

/** A recording as its files: names below its folder, with what is in them. */
type Files = Record<string, string>

function filesOf(random: Random, threads: readonly MadeThread[]): Files {
  const files: Files = {}
  for (const { header, lines, profile } of threads) {
    const thread = `${header.pid}-${header.threadId}`
    files[`${thread}/header.json`] = JSON.stringify(header)
    files[`${thread}/000001.jsonl`] = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    if (profile !== undefined) files[`${thread}/000001.cpuprofile`] = JSON.stringify(profile)
  }
  if (random.chance(0.3)) files['run.json'] = JSON.stringify({ command: ['node', random.text()], end: { code: 1 } })
  if (random.chance(0.2)) files.others = '1\n2\n'
  return files
}

function write(files: Files): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

function spanIds(data: ReportData): string[] {
  return data.processes.flatMap(({ spans }) => spans.spanId).sort()
}

/** Spans that ended, and those that did not. */
function idsIn(threads: readonly MadeThread[]): string[] {
  const lines = threads.flatMap(({ lines }) => lines)
  return lines.flatMap(({ spans }) => spans?.spanId ?? []).sort()
}

/** A recording as it was written says all that was in it. */
async function whole(random: Random, threads: readonly MadeThread[]): Promise<void> {
  write(filesOf(random, threads))
  const data = await readRecording(folder)
  checkReport(random, data)
  promise(spanIds(data).join() === idsIn(threads).join(), 'every span is there', idsIn(threads), spanIds(data))
}

/** Of a line that is something else there is nothing, or less; the others are there. */
async function damagedLine(random: Random, threads: readonly MadeThread[]): Promise<void> {
  const lines = threads.flatMap((thread) => thread.lines.map((line) => ({ thread, line })))
  if (lines.length === 0) return
  const { thread, line } = random.pick(lines)
  const others = threads.map((each) => ({ ...each, lines: each.lines.filter((other) => other !== line) }))
  thread.lines[thread.lines.indexOf(line)] = damageValue(random, line) as typeof line
  write(filesOf(random, threads))
  const data = await readRecording(folder)
  checkReport(random, data)
  const found = new Set(spanIds(data))
  promise(
    idsIn(others).every((id) => found.has(id)),
    'spans of other lines are there',
    [...found],
    idsIn(others),
  )
}

/** Any file is cut off, or is something else. */
async function damagedFile(random: Random, threads: readonly MadeThread[]): Promise<void> {
  const files = filesOf(random, threads)
  for (let left = random.between(1, 2); left > 0; left--) {
    const name = random.pick(Object.keys(files))
    files[name] = random.chance(0.5) ? damageText(random, files[name]!) : damagedJson(random, files[name]!)
  }
  write(files)
  if (random.chance(0.05)) mkdirSync(join(folder, `${threads[0]!.header.pid}-0`, '000009.jsonl'))
  try {
    checkReport(random, await readRecording(folder))
  } catch (error) {
    promise(
      (error as Error).message === `there is no recording in ${folder}`,
      'why it cannot be read',
      String((error as Error).stack),
    )
  }
}

function damagedJson(random: Random, text: string): string {
  try {
    return JSON.stringify(damageValue(random, JSON.parse(text)))
  } catch {
    return damageText(random, text)
  }
}

async function run(random: Random): Promise<void> {
  const threads = Array.from({ length: random.between(1, 2) }, (_, i) => makeThread(random, i))
  await random.pick([whole, damagedLine, damagedLine, damagedFile, damagedFile])(random, threads)
}

export const target: Target = {
  about: 'recordings, for spanmeter report',
  covers: [
    'report/read-recording.js',
    'report/read-thread.js',
    'report/read-profile.js',
    'report/growing.js',
    'record/read-lines.js',
  ],
  run,
  end: () => rmSync(temporary, { recursive: true }),
}

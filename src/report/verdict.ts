import { ThreadTime } from '../profile/thread-time.js'
import type { ReportData, ReportProcess, ReportSeries } from './data.js'
import { isPause, rowsOf } from './rows.js'
import { showMs, showPercent } from './units.js'

const mostSentences = 3
/** Waiting and throttling are spoken of from this share of the time on, in %. */
const notablePercent = 5

/** What the figures say, in plain sentences that guess nothing. `others`: processes that were not recorded. */
export function verdict(data: ReportData, others = 0): string[] {
  const [main] = data.processes
  const sentences = [...ending(data), ...cpu(main, data), ...dearest(main), ...unrecorded(others), ...blocks(main)]
  return sentences.slice(0, mostSentences)
}

/** Only of an end that is not the usual one. */
function* ending({ program: { end } }: ReportData): Generator<string> {
  if (end === null) return
  const { code, signal, why } = end
  if (signal !== undefined) yield `The program was ended by ${signal}${why === undefined ? '' : `: ${why}`}.`
  else if (code !== undefined && code !== 0) yield `The program ended with code ${code}${why ? `, by ${why}` : ''}.`
}

function* cpu(main: ReportProcess | undefined, { program }: ReportData): Generator<string> {
  if (main === undefined || main.time.length < 2) {
    yield 'It ended before there were samples.'
    return
  }
  const parts = [
    `The process used ${showPercent(meanOf(main.time, main.cpu))} of one core on average`,
    `at most ${showPercent(highestOf(main.cpu.max))}`,
  ]
  const thread = meanOf(main.time, main.thread)
  if (!Number.isNaN(thread)) parts.push(`its JavaScript thread ${showPercent(thread)}`)
  const wait = main.wait?.mean ?? 0
  if (wait >= notablePercent) parts.push(`which was ready but without a CPU for ${showPercent(wait)} of the time`)
  const throttled = main.throttled?.mean ?? 0
  if (throttled >= notablePercent) parts.push(`throttled by its CPU quota for ${showPercent(throttled)} of the time`)
  yield `${parts.join(', ')}, in ${showMs(program.durationMs)}.`
}

/** The name that ran most itself. */
export function* dearest(main: ReportProcess | undefined): Generator<string> {
  if (main === undefined) return
  const [row] = rowsOf(main).filter((row) => !isPause(row))
  if (row === undefined) {
    yield 'It ran no spans and no HTTP requests.'
    return
  }
  const { name, count, selfMs } = row
  if (selfMs === undefined) return
  const spans = count === 1 ? 'in one span' : `in ${count} spans`
  const rest = main.sampler.lacksSpans ? ` that ${count === 1 ? 'was' : 'were'} kept` : shareOf(selfMs, main)
  yield `'${name}' ran most itself: ${showMs(selfMs)} ${spans}${rest}.`
}

function shareOf(selfMs: number, main: ReportProcess): string {
  const { totalMs } = new ThreadTime(main)
  if (!(totalMs > 0)) return ''
  return `, ${showPercent(Math.min(100, (100 * selfMs) / totalMs))} of what the JavaScript thread ran`
}

function* blocks(main: ReportProcess | undefined): Generator<string> {
  if (main === undefined || main.blocks.start.length === 0) return
  const { start, duration } = main.blocks
  const longest = duration.indexOf(highestOf(duration))
  const times = start.length === 1 ? 'once' : `${start.length} times`
  yield `The event loop was blocked ${times}, for ${showMs(duration[longest]!)} at ${showMs(start[longest]!)}${start.length === 1 ? '' : ' the longest'}.`
}

function* unrecorded(others: number): Generator<string> {
  if (others === 0) return
  const processes = others === 1 ? 'One other process' : `${others} other processes`
  yield `${processes} of Node.js that it started ${others === 1 ? 'was' : 'were'} not recorded: --children does that.`
}

/** Weighted by time. */
function meanOf(time: Float64Array, { avg }: ReportSeries): number {
  let sum = 0
  for (let i = 1; i < time.length; i++) sum += avg[i]! * (time[i]! - time[i - 1]!)
  return sum / (time.at(-1)! - time[0]!)
}

function highestOf(values: Float32Array): number {
  return values.reduce((most, value) => (value > most ? value : most), 0)
}

import { summaryText } from '../../dist/cli/summary-text.js'
import type { ReportData, ReportProcess } from '../../dist/report/data.js'
import { chromeTrace } from '../../dist/report/formats/chrome-trace.js'
import { otlp } from '../../dist/report/formats/otlp.js'
import { speedscope } from '../../dist/report/formats/speedscope.js'
import { pageOf } from '../../dist/report/page/page.js'
import { summaryOf } from '../../dist/report/summary.js'
import type { Random } from './random.js'
import { isPlain, promise } from './target.js'

/** Throws unless a report holds together, and every format can be made of it. */
export function checkReport(random: Random, data: ReportData): void {
  for (const process of data.processes) checkColumns(process)
  promise(data.verdict.length >= 1 && data.verdict.length <= 3, 'one to three sentences', data.verdict)
  const text = summaryText(summaryOf(data))
  promise(text.split('\n').every(isPlain), 'what is printed moves no cursor', text)
  if (random.chance(0.25)) checkPage(pageOf(data))
  JSON.parse([...chromeTrace(data)].join(''))
  JSON.parse(speedscope(data))
  for (const line of otlp(data)) JSON.parse(line)
  JSON.parse(JSON.stringify(summaryOf(data)))
}

/** What a recording says is text, and begins no element of the page. */
function checkPage(page: string): void {
  const count = (pattern: RegExp) => page.match(pattern)?.length ?? 0
  promise(count(/<script/gi) === 2 && count(/<\/script/gi) === 2, 'a page has its own two scripts')
  promise(count(/<title>[^<]*<\/title>/g) === 1, 'and one title', page.slice(0, 2000))
}

function checkColumns({ time, cpu, thread, memory, wait, throttled, gc, blocks, spans, profile }: ReportProcess): void {
  const groups: ArrayLike<unknown>[][] = [
    [time, ...Object.values(cpu), ...Object.values(thread)],
    [memory.time, memory.bytes],
    wait === undefined ? [] : [wait.time, wait.percent],
    throttled === undefined ? [] : [throttled.time, throttled.percent],
    [gc.start, gc.duration, gc.kind],
    [blocks.start, blocks.duration],
    profile === undefined ? [] : Object.values(profile.found),
  ]
  const { names, ...columns } = spans
  groups.push(Object.values(columns))
  for (const group of groups) promise(new Set(group.map(({ length }) => length)).size <= 1, 'columns are as long')
  for (const [i, parent] of spans.parent.entries()) {
    promise(parent >= -1 && parent < spans.name.length && parent !== i, 'a parent is another span', parent)
  }
  for (const name of spans.name) promise(typeof names[name] === 'string', 'a span has a name', names[name])
  for (const ids of [spans.traceId, spans.spanId, gc.kind, names]) {
    promise(
      ids.every((text) => typeof text === 'string'),
      'texts are texts',
      ids,
    )
  }
  for (const ms of [...spans.start, ...spans.duration]) promise(Number.isFinite(ms), 'times of spans are known', ms)
}

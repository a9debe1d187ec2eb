import type { Row } from '../../../by-name.js'
import { formatBytes, formatCount, formatMs } from '../format.js'
import { flagNames, flagSigns } from '../model/flags.js'

export interface Column {
  title: string
  /** What it is, for whoever stays on the title. */
  about: string
  /** What it is sorted by. Names are sorted as texts. */
  value: (row: Row) => number
  text: (row: Row) => string
  /** The same in full, where the text is of signs. */
  inWords?: (row: Row) => string
}

export const nameColumn = 'Span name'

export const columns: readonly Column[] = [
  {
    title: 'Count',
    about: 'Spans that were open in the range',
    value: (row) => row.count,
    text: (row) => formatCount(row.count),
  },
  {
    title: 'p50',
    about: 'Half of the spans were no longer than this',
    value: (row) => row.p50,
    text: (row) => formatMs(row.p50),
  },
  {
    title: 'p95',
    about: '95 % of the spans were no longer than this',
    value: (row) => row.p95,
    text: (row) => formatMs(row.p95),
  },
  {
    title: 'Own CPU',
    about: 'What the JavaScript thread ran for these spans, without their children; sum',
    value: (row) => row.self,
    text: (row) => formatMs(row.self),
  },
  {
    title: 'Others on the loop',
    about: 'What the thread ran for others while these spans were open; sum',
    value: (row) => row.others,
    text: (row) => formatMs(row.others),
  },
  {
    title: 'Window CPU',
    about: 'CPU of the whole process while these spans were open, so that spans at once count it each; sum',
    value: (row) => row.cpu,
    text: (row) => formatMs(row.cpu),
  },
  {
    title: 'Waiting',
    about: 'The thread was ready to run but had no CPU; sum',
    value: (row) => row.wait,
    text: (row) => formatMs(row.wait),
  },
  {
    title: 'Memory',
    about: 'The highest resident set while one of them was open',
    value: (row) => row.memory,
    text: (row) => formatBytes(row.memory),
  },
  {
    title: 'Flags',
    about: flagNames.map((name, i) => `${flagSigns[i]} ${name}`.trim()).join(', '),
    value: ({ flags }) => flags.reduce((sum, count) => sum + count, 0),
    text: ({ flags }) => flagsText(flags, (flag) => flagSigns[flag] || flagNames[flag]!),
    inWords: ({ flags }) => flagsText(flags, (flag) => flagNames[flag]!),
  },
]

function flagsText(flags: readonly number[], nameOf: (flag: number) => string): string {
  const parts = flags.map((count, flag) => (count > 0 ? `${nameOf(flag)} ${formatCount(count)}` : ''))
  return parts.filter((part) => part !== '').join(' · ')
}

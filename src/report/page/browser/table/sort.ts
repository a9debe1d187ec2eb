import type { Row } from '../../../by-name.js'
import { columns } from './columns.js'

/** What the table is sorted by: a column, or -1 for the name. */
export interface Sorting {
  column: number
  descending: boolean
}

/** Sorts in place. What is not known comes last, either way. */
export function sortRows(rows: Row[], { column, descending }: Sorting, names: readonly string[]): Row[] {
  const sign = descending ? -1 : 1
  const byName = (a: Row, b: Row) => compareTexts(names[a.name]!, names[b.name]!)
  const chosen = columns[column]
  if (chosen === undefined) return rows.sort((a, b) => sign * byName(a, b))
  return rows.sort((a, b) => {
    const [left, right] = [chosen.value(a), chosen.value(b)]
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || byName(a, b)
    return sign * (left - right) || byName(a, b)
  })
}

const collator = new Intl.Collator('en', { numeric: true })

function compareTexts(a: string, b: string): number {
  return collator.compare(a, b)
}

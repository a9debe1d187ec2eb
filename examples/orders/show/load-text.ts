import { mean, percentile } from '../../demo/statistics'
import type { LoadResult } from '../load'

const nameWidth = 30

/** The result of a load in lines as those of k6. */
export function loadText({
  requests,
  failed,
  stored,
  lost,
  requestsMs,
  ordersMs,
  requestMs,
  orderMs,
}: LoadResult): string {
  const lines: [string, string][] = [
    ['http_reqs', `${requests}  ${((1000 * requests) / requestsMs).toFixed(1)}/s`],
    ['http_req_failed', `${((100 * failed) / requests).toFixed(2)}%  ${failed} of ${requests}`],
    ['http_req_duration', trend(requestMs)],
    ['orders_stored', `${stored}  ${((60_000 * stored) / ordersMs).toFixed(0)}/min`],
    ['orders_lost', String(lost)],
    ['order_duration', trend(orderMs)],
  ]
  return lines.map(([name, value]) => `  ${name.padEnd(nameWidth, '.')}: ${value}`).join('\n')
}

function trend(values: readonly number[]): string {
  const at = (share: number): number | undefined => percentile(values, share)
  const cells = { avg: mean(values), min: at(0), med: at(0.5), max: at(1), 'p(90)': at(0.9), 'p(95)': at(0.95) }
  return Object.entries(cells)
    .map(([name, value]) => `${name}=${value === undefined ? '–' : time(value)}`)
    .join(' ')
}

function time(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)}ms` : `${(ms / 1000).toFixed(2)}s`
}

import { createHash } from 'node:crypto'
import type { Alert } from '../types.js'

/** What names the alert in other systems: it is the same when it fires again, and another in another process. */
export function labelsOf({ name, severity, metric, labels }: Alert): Record<string, string> {
  return { alertname: name, severity, metric, ...labels }
}

/** Of the labels, as long as Alertmanager's own. */
export function fingerprintOf(alert: Alert): string {
  const sorted = Object.entries(labelsOf(alert)).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}

/** What it is about, in a line. Its own annotation `summary` goes before. */
export function summaryOf(alert: Alert): string {
  if (alert.annotations.summary !== undefined) return alert.annotations.summary
  const { name, metric, peak, threshold, labels } = alert
  return `${name}: ${metric} up to ${figure(peak)} (threshold ${figure(threshold)}) on ${labels.instance}`
}

/** How long it lasted, and which spans ran most. */
export function detailsOf(alert: Alert): string {
  const { durationMs, startedAt, endedAt, spans } = alert
  const lasted = endedAt === undefined ? 'for' : 'lasted'
  const ran = spans.slice(0, 3).map(({ name, traceId, selfMs }) => {
    return `${name}${selfMs === undefined ? '' : ` (ran ${figure(selfMs)} ms itself)`}, trace ${traceId}`
  })
  return [`${lasted} ${figure(durationMs / 1000)} s since ${startedAt.toISOString()}`, ...ran].join('; ')
}

/** The annotations of the rule, and what is known of the alert. */
export function annotationsOf(alert: Alert): Record<string, string> {
  const { value, peak, durationMs, annotations } = alert
  return {
    summary: summaryOf(alert),
    description: detailsOf(alert),
    value: figure(value),
    peak: figure(peak),
    duration_ms: figure(durationMs),
    ...annotations,
  }
}

/** Four digits are more than anybody reads. */
function figure(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)))
}

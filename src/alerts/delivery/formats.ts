import type { Alert } from '../types.js'
import { annotationsOf, detailsOf, fingerprintOf, labelsOf, summaryOf } from './text.js'

/** What Alertmanager's webhook receivers get, version 4. */
export function webhookBody(alert: Alert): object {
  const labels = labelsOf(alert)
  const annotations = annotationsOf(alert)
  const { alertname, instance = '' } = labels
  const one = {
    status: alert.state,
    labels,
    annotations,
    startsAt: alert.startedAt.toISOString(),
    // The zero of Go's times, which stands for: not yet.
    endsAt: alert.endedAt?.toISOString() ?? '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: fingerprintOf(alert),
  }
  return {
    version: '4',
    groupKey: `{}:{alertname=${JSON.stringify(alertname)}, instance=${JSON.stringify(instance)}}`,
    truncatedAlerts: 0,
    status: alert.state,
    receiver: 'spanmeter',
    groupLabels: { alertname, instance },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    // What has no place in there.
    alerts: [{ ...one, spans: alert.spans }],
  }
}

/** What `POST /api/v2/alerts` takes. It is active until `endsMs`, in ms since 1970. */
export function alertmanagerBody(alert: Alert, endsMs: number): object[] {
  return [
    {
      labels: labelsOf(alert),
      annotations: annotationsOf(alert),
      startsAt: alert.startedAt.toISOString(),
      endsAt: new Date(endsMs).toISOString(),
    },
  ]
}

const marks = { critical: ':red_circle:', warning: ':large_orange_circle:', info: ':large_blue_circle:' } as const

export function slackBody(alert: Alert): object {
  const mark = alert.state === 'resolved' ? ':white_check_mark: Resolved:' : marks[alert.severity]
  return { text: `${mark} *${escaped(summaryOf(alert))}*\n${escaped(detailsOf(alert))}` }
}

/** The three characters that Slack's text gives a meaning. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function pagerDutyBody(alert: Alert, routingKey: string): object {
  const dedup = { routing_key: routingKey, dedup_key: fingerprintOf(alert) }
  if (alert.state === 'resolved') return { ...dedup, event_action: 'resolve' }
  const { severity, startedAt, metric, labels } = alert
  return {
    ...dedup,
    event_action: 'trigger',
    payload: {
      // The longest that it takes.
      summary: summaryOf(alert).slice(0, 1024),
      source: labels.instance ?? 'unknown',
      severity,
      timestamp: startedAt.toISOString(),
      class: metric,
      custom_details: { ...annotationsOf(alert), labels, spans: alert.spans },
    },
  }
}

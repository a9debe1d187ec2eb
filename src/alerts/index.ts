import { number } from '../options.js'
import { passOn } from './feeds.js'
import type { Alerts, AlertsOptions } from './types.js'

export type {
  AlertmanagerOptions,
  ChannelOptions,
  DeliveryOptions,
  PagerDutyOptions,
  SlackOptions,
  WebhookOptions,
} from './delivery/channel-options.js'
export type {
  Alert,
  AlertEvents,
  AlertFunction,
  AlertRule,
  AlertSpan,
  Alerts,
  AlertsHealth,
  AlertsOptions,
  ChannelHealth,
  Condition,
  Severity,
} from './types.js'

/**
 * Looks after rules on what this thread and its process use. Nothing is sampled, and no timer set, while there are no rules.
 *
 * Throws a `TypeError` or `RangeError` for a bad option.
 */
export function createAlerts(options: AlertsOptions = {}): Alerts {
  const { checkAlertsOptions } = require('./options.js') as typeof import('./options.js')
  const { RunningAlerts } = require('./alerts.js') as typeof import('./alerts.js')
  return new RunningAlerts(checkAlertsOptions(options), (message) => process.emitWarning(`spanmeter: ${message}`))
}

/**
 * Reports a metric of the application's own, for all alerts of this thread that have its name in `fed`. Throws
 * a `TypeError` for what is no number. */
export function feed(metric: string, value: number): void {
  passOn(metric, number('value', value, -Number.MAX_VALUE, Number.MAX_VALUE))
}

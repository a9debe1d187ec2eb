/** What all channels have. */
export interface DeliveryOptions {
  /** How many alerts may wait. The oldest is dropped for one more. Default 100. */
  queueSize?: number
  /** How many firing alerts are sent in an hour at the most; 0: no limit. Default 20. */
  maxPerHour?: number
  /** How long an answer may take, in ms. Default 10000. */
  timeoutMs?: number
  /** For how long an alert is tried, in ms. Default 86400000, a day. */
  retryForMs?: number
}

/** The body of Alertmanager's webhook receiver, version 4, so that what understands that understands this. */
export interface WebhookOptions extends DeliveryOptions {
  type: 'webhook'
  /** Or `urlFile`: a file that holds it. It is read again for each alert. */
  url?: string
  urlFile?: string
  headers?: Readonly<Record<string, string>>
}

/** An Alertmanager, version 2 of its API. It has its own way to repeat and to limit, so cooldown and limits do not apply. */
export interface AlertmanagerOptions extends DeliveryOptions {
  type: 'alertmanager'
  /** Of the Alertmanager itself, as `http://alertmanager:9093`. */
  url?: string
  urlFile?: string
  headers?: Readonly<Record<string, string>>
  /** An alert that fires is posted again this often, in ms. It would resolve after five times that, or after `holdMs` if that is longer. Default 60000. */
  repeatMs?: number
  /**
   * How long an alert is kept active at the least, in ms, also when it was over at once: Alertmanager sends nothing of what
   * ends within its `group_wait`. Default 60000.
   */
  holdMs?: number
}

/** An incoming webhook of Slack. */
export interface SlackOptions extends DeliveryOptions {
  type: 'slack'
  url?: string
  urlFile?: string
}

/** The Events API of PagerDuty, version 2. */
export interface PagerDutyOptions extends DeliveryOptions {
  type: 'pagerduty'
  routingKey?: string
  routingKeyFile?: string
  /** Default: PagerDuty's. */
  url?: string
}

export type ChannelOptions = WebhookOptions | AlertmanagerOptions | SlackOptions | PagerDutyOptions

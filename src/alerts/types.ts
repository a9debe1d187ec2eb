import type { ResourceMonitor } from '../types.js'
import type { ChannelOptions } from './delivery/channel-options.js'

export type Severity = 'info' | 'warning' | 'critical'
export type Condition = 'greater_than' | 'less_than' | 'equals'

export interface AlertRule {
  /** Names the alert, and is unique. */
  name: string
  /** One that this package measures, or one of the application's: see `AlertsOptions.metrics` and `fed`. */
  metric: string
  condition: Condition
  threshold: number
  /** The alert goes on until the metric is back at this value. Default: the threshold. */
  clearThreshold?: number
  /** How long the condition must hold without a break before the alert fires, in ms. Default 0. */
  forMs?: number
  /** How long the alert goes on firing after the condition has ended, in ms, in case it returns. Default 0. */
  keepFiringForMs?: number
  /**
   * Over how long CPU and memory are averaged before they are compared, in ms; 0: each sample by itself. Default: a tenth of
   * `forMs`, at most 1000.
   */
  averageMs?: number
  /** Default `'warning'`. */
  severity?: Severity
  /** A channel that was sent this alert is not sent it again for so long, in ms. Default 300000. */
  cooldownMs?: number
  labels?: Readonly<Record<string, string>>
  annotations?: Readonly<Record<string, string>>
}

/** A span that was open while the condition held. */
export interface AlertSpan {
  name: string
  traceId: string
  spanId: string
  /**
   * CPU time that it ran on the JavaScript thread so far, or in all if it has ended, in ms. Absent where nothing is
   * attributed.
   */
  selfMs?: number
}

export interface Alert {
  name: string
  state: 'firing' | 'resolved'
  severity: Severity
  metric: string
  threshold: number
  /** What the metric was when this was reported. */
  value: number
  /** The farthest that it was from the threshold, in a single sample. */
  peak: number
  /** When the condition began to hold. */
  startedAt: Date
  /** When it ended: also of a firing alert that was over by the time it could be reported. */
  endedAt?: Date
  /** How long the condition held, or has held so far. */
  durationMs: number
  /** The spans that were open meanwhile; those that ran most come first, at most 10. */
  spans: AlertSpan[]
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** Called with each alert to deliver. What it throws or rejects with counts as a failure that is not tried again. */
export type AlertFunction = (alert: Alert) => unknown

export interface AlertsOptions {
  /** The monitor to ask; it is started if it is not running. Default: one of its own, which samples each 4 ms. */
  monitor?: ResourceMonitor
  rules?: readonly AlertRule[]
  channels?: readonly (AlertFunction | ChannelOptions)[]
  /** Metrics of the application's own: each function is called at each look. Undefined stands for: not known. */
  metrics?: Readonly<Record<string, () => number | undefined>>
  /** Names of metrics that the application reports by `feed()`. */
  fed?: readonly string[]
  /** Labels of all alerts. Default of `instance`: host name and process id. */
  labels?: Readonly<Record<string, string>>
  /** How often the rules are looked at, in ms, 50 … 60000; after a blocked loop it is at once. Default 1000. */
  intervalMs?: number
}

export interface ChannelHealth {
  /** `function`, or its type with the host that it sends to. */
  channel: string
  /** How many alerts wait to be sent, or to be sent again. */
  queued: number
  delivered: number
  /** Failed for good, or for longer than is tried. */
  failed: number
  /** Lost since the queue was full, or at the end. */
  dropped: number
  /** Not sent because of a cooldown or the limit of an hour. */
  suppressed: number
  /** Without addresses and keys. */
  lastError?: string
}

export interface AlertsHealth {
  rules: number
  firing: string[]
  pending: string[]
  /** How often the rules were looked at, and what that took of the JavaScript thread, in ms. */
  looks: number
  costMs: number
  /** Where the times of blocked loops come from. `'timer'` knows their start to 10 ms only; undefined: no rule asks. */
  loop?: 'native' | 'timer'
  channels: ChannelHealth[]
}

export interface AlertEvents {
  firing: [alert: Alert]
  resolved: [alert: Alert]
}

export interface Alerts extends AsyncDisposable {
  /** `firing` and `resolved`: each alert at once, whatever the channels do. */
  on<Name extends keyof AlertEvents>(event: Name, listener: (...values: AlertEvents[Name]) => void): this
  off<Name extends keyof AlertEvents>(event: Name, listener: (...values: AlertEvents[Name]) => void): this
  /** Adds a rule. Throws a `TypeError` or `RangeError` for a bad one, or one whose name is taken. */
  add(rule: AlertRule): void
  /** Removes a rule; one that fires is resolved. Returns whether there was one. */
  remove(name: string): boolean
  health(): AlertsHealth
  /** Stops looking, sends what is queued, and gives up after `deadlineMs` (5000). A second call waits for the first. */
  close(deadlineMs?: number): Promise<void>
}

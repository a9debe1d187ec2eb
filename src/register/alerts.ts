import { isMainThread } from 'node:worker_threads'
import type { Sampling } from '../own-monitor.js'

type Warn = (message: string) => void

/**
 * Begins to look after the rules of a file, on the main thread: what they are about is mostly the process. What is wrong is
 * one warning, and no alerts.
 */
export function startAlerts(path: string, sampling: Sampling, warn: Warn): void {
  if (!isMainThread) return
  try {
    const { readAlertsFile } = require('../alerts/file/read-file.js') as typeof import('../alerts/file/read-file.js')
    const { alerts, problems } = readAlertsFile(path)
    const [first] = problems
    if (first !== undefined) {
      const others = problems.length > 1 ? ` (and ${problems.length - 1} more: npx spanmeter alerts check ${path})` : ''
      warn(`SPANMETER_ALERTS: there are no alerts: ${path}:${first.line}:${first.column}: ${first.message}${others}`)
    }
    if (alerts === undefined || alerts.rules.length === 0) return
    const { RunningAlerts } = require('../alerts/alerts.js') as typeof import('../alerts/alerts.js')
    new RunningAlerts({ ...alerts, sampling }, warn)
  } catch (error) {
    warn(`SPANMETER_ALERTS: there are no alerts: ${error instanceof Error ? error.message : String(error)}`)
  }
}

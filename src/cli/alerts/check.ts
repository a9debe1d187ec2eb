import { readAlertsFile } from '../../alerts/file/read-file.js'
import type { CheckedAlerts } from '../../alerts/options.js'

/** Prints what is wrong with a file, or what is in it. Returns the exit code. */
export function check(file: string): number {
  const alerts = readOrComplain(file)
  if (alerts === undefined) return 2
  process.stdout.write(`${file}: ${count(alerts.rules.length, 'rule')}, ${count(alerts.channels.length, 'channel')}\n`)
  return 0
}

/** Undefined, and what is wrong is on stderr. */
export function readOrComplain(file: string): CheckedAlerts | undefined {
  try {
    const { alerts, problems } = readAlertsFile(file)
    for (const { line, column, message } of problems) process.stderr.write(`${file}:${line}:${column}: ${message}\n`)
    return alerts
  } catch (error) {
    process.stderr.write(`spanmeter: ${(error as Error).message}\n`)
    return undefined
  }
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? '' : 's'}`
}

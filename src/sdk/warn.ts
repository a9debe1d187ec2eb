import { diag } from '@opentelemetry/api'

/**
 * Warns through OpenTelemetry's diagnostics. The logger is the application's, and what it throws must not leave a hook.
 */
export function warn(message: string, ...details: unknown[]): void {
  try {
    diag.warn(`spanmeter: ${message}`, ...details)
  } catch {}
}

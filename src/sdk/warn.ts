import { diag } from '@opentelemetry/api'

/** Tells OpenTelemetry's diagnostics. The logger is the application's: if it throws, that must not end a span, or a hook. */
export function warn(message: string, ...details: unknown[]): void {
  try {
    diag.warn(`spanmeter: ${message}`, ...details)
  } catch {}
}

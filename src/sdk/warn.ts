import { diag } from '@opentelemetry/api'

type Show = (message: string) => void

let shown: { by: Show; messages: Set<string> } | undefined

/**
 * From now on `show` is called with each warning of this package, once, in place of OpenTelemetry's diagnostics, which
 * nobody sees who has not set a logger.
 */
export function showWarnings(show: Show): void {
  shown ??= { by: show, messages: new Set() }
}

/**
 * Warns through OpenTelemetry's diagnostics, or as `showWarnings()` says. The logger is the application's, and what it
 * throws must not leave a hook.
 */
export function warn(message: string, ...details: unknown[]): void {
  try {
    if (shown === undefined) diag.warn(`spanmeter: ${message}`, ...details)
    else showOnce(shown, [message, ...details.map(textOf)].join(' '))
  } catch {}
}

function showOnce({ by, messages }: NonNullable<typeof shown>, message: string): void {
  if (messages.has(message)) return
  messages.add(message)
  by(message)
}

function textOf(detail: unknown): string {
  return detail instanceof Error ? detail.message : String(detail)
}

import type { RouteLoad } from './load'
import type { DecodedSpan } from './otlp-decode'
import { spansOfRoute } from './summary'

const REQUIRED = ['resource.cpu.time_ms', 'resource.samples']

/** Everything that went wrong, in plain words; nothing if the demo shows what it claims to show. */
export function failures(
  loads: readonly RouteLoad[],
  spans: readonly DecodedSpan[],
  receiverErrors: readonly string[],
): string[] {
  const found = [...new Set(receiverErrors)].map((error) => `the receiver could not decode an export: ${error}`)
  for (const load of loads) found.push(...loadFailures(load), ...spanFailures(load, spansOfRoute(spans, load.path)))
  if (!spans.some((span) => 'js.samples' in span.attributes)) found.push('no span carries js.samples')
  return found
}

function loadFailures({ path, planned, succeeded, non2xx, errors }: RouteLoad): string[] {
  const found: string[] = []
  if (non2xx > 0) found.push(`${path}: ${non2xx} answers were not 2xx`)
  if (errors > 0) found.push(`${path}: ${errors} requests failed or timed out`)
  if (succeeded + non2xx + errors < planned) {
    found.push(`${path}: only ${succeeded} of ${planned} requests were answered before the service fell silent`)
  }
  return found
}

function spanFailures({ path, succeeded }: RouteLoad, spans: readonly DecodedSpan[]): string[] {
  if (spans.length === 0) return [`${path}: no span arrived`]
  const found: string[] = []
  if (spans.length < succeeded) found.push(`${path}: ${succeeded} answers, but only ${spans.length} spans arrived`)
  for (const name of REQUIRED) {
    const without = spans.filter((span) => typeof span.attributes[name] !== 'number').length
    if (without > 0) found.push(`${path}: ${without} of ${spans.length} spans lack ${name}`)
  }
  return found
}

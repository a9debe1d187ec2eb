import { isValidTraceId } from '@opentelemetry/api'

/**
 * Whether a trace belongs to the given share of all traces, decided as the samplers of the OpenTelemetry SDK do: every
 * service samples the same traces, and those of a smaller share are among those of a larger one.
 */
export function isInShare(traceId: string, ratio: number): boolean {
  if (ratio <= 0 || !isValidTraceId(traceId)) return false
  return ratio >= 1 || folded(traceId) < Math.floor(ratio * 0xffffffff)
}

/** The 128 bits of the id, folded to 32. */
function folded(traceId: string): number {
  let all = 0
  for (let i = 0; i < 32; i += 8) all ^= Number.parseInt(traceId.slice(i, i + 8), 16)
  return all >>> 0
}

import { isValidTraceId } from '@opentelemetry/api'

/**
 * Whether a trace belongs to the given share of all, as the samplers of the OpenTelemetry SDK decide it: the same traces in
 * each service, and those of a smaller share are among those of a larger one.
 */
export function isInShare(traceId: string, ratio: number): boolean {
  if (ratio <= 0 || !isValidTraceId(traceId)) return false
  return ratio >= 1 || folded(traceId) < Math.floor(ratio * 0xffffffff)
}

/** 128 bits to 32. */
function folded(traceId: string): number {
  let all = 0
  for (let i = 0; i < 32; i += 8) all ^= Number.parseInt(traceId.slice(i, i + 8), 16)
  return all >>> 0
}

/**
 * Whether a span is one of OpenTelemetry's SDK, as far as it is relied on: its time is a pair, exporters read its
 * attributes from an object, and it keeps one span context. Providers of others take span processors, too, and give them
 * spans that are made in other ways.
 */
export function isSdkSpan(span: {
  readonly startTime: unknown
  readonly attributes: unknown
  spanContext(): object
}): boolean {
  const { startTime, attributes } = span
  return Array.isArray(startTime) && typeof attributes === 'object' && attributes !== null && keepsContext(span)
}

function keepsContext(span: { spanContext(): object }): boolean {
  const spanContext = span.spanContext()
  return span.spanContext() === spanContext
}

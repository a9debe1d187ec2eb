/** Context key of every version of the OpenTelemetry SDK. */
const suppressed = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

let api: typeof import('@opentelemetry/api') | null | undefined

/** Runs `work` with tracing suppressed: neither it nor anything that it starts makes spans. */
export function untraced<T>(work: () => T): T {
  api ??= load()
  if (api === null) return work()
  const { context } = api
  return context.with(context.active().setValue(suppressed, true), work)
}

/** Null where the OpenTelemetry API is not installed. */
function load(): typeof import('@opentelemetry/api') | null {
  try {
    return require('@opentelemetry/api')
  } catch {
    return null
  }
}

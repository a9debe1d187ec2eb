/** What went wrong, stable across versions. */
export type SpanmeterErrorCode =
  /** The native sampler was asked for and cannot be had: no binary fits, or the sampler thread did not start. */
  | 'NATIVE_UNAVAILABLE'
  /** The monitor has not been started, or was stopped. */
  | 'NOT_RUNNING'
  /** The monitor was disposed of. */
  | 'DISPOSED'
  /** The registry has a metric of that name already. */
  | 'METRIC_EXISTS'
  /** The endpoint cannot listen there: the port is taken or forbidden, or the host is none of this machine's. */
  | 'CANNOT_LISTEN'
  /** The file of the endpoint's token cannot be read, or holds no token. */
  | 'NO_TOKEN'
  /** The folder of a recording cannot be made there. */
  | 'CANNOT_RECORD'

/** A state in which the call cannot be answered. Misuse of an argument is a `TypeError` or `RangeError` instead. */
export class SpanmeterError extends Error {
  override readonly name = 'SpanmeterError'
  readonly code: SpanmeterErrorCode

  constructor(code: SpanmeterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Whether the host has used up its stack. What was being done then is not done; nothing else is wrong. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded'
}

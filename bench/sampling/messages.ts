export type Variant = 'all sampled' | 'OverheadSampler'

export interface Phase {
  perSecond: number
  seconds: number
}

export type ClientMessage =
  | { collectorPort: number }
  | { perSecond: number }
  | { done: true }
  | { spansOfTraces: number[] }

/** One second of a service. */
export interface Second {
  /** What the client was asked for. */
  perSecond: number
  requests: number
  /** Of root spans, at its end. */
  ratio: number
  /** Measured CPU time of tracing, in percent of a core. */
  tracing: number
}

export interface Outcome {
  seconds: Second[]
  /** How many spans of each trace arrived. */
  spansOfTraces: number[]
}

/** What the processes of a soak ask and answer. Each answers one question at a time. */

/** What a service says of itself. */
export interface Inside {
  requests: number
  /** Threads that came and went so far. */
  workers: number
  /** Of the main thread, after a collection. */
  heapBytes: number
  /** Of that, what V8 has compiled: it grows for hours, the more slowly the longer, as ever rarer functions are run often. */
  codeBytes: number
  /** Outside of the heap, by what V8 was told of it. */
  externalBytes: number
  /** Of the C library's heap, in use. */
  mallocBytes: number
}

export type ServiceQuestion =
  | { ask: 'sample' }
  /** Writes a snapshot of its heap to a file. */
  | { ask: 'snapshot'; file: string }
  /** A thread comes, works and goes, or is terminated in the middle of its work. */
  | { ask: 'worker'; terminate: boolean }
  | { ask: 'redeploy' }
  | { ask: 'clock'; stepMs: number }
  | { ask: 'block'; ms: number }
  /** Opens files until there are no descriptors left, and closes them after a while. */
  | { ask: 'descriptors'; ms: number }
  | { ask: 'stop' }

export interface ServiceAnswers {
  sample: Inside
  /** What V8 has compiled, at the time of the snapshot, in bytes. */
  snapshot: number
  worker: null
  redeploy: null
  clock: null
  block: null
  /** How many were opened. */
  descriptors: number
  stop: null
}

export type ClientQuestion =
  | { ask: 'load'; url: string; rate: number }
  | { ask: 'counts' }
  /** Ends the load. */
  | { ask: 'quiet' }
  | { ask: 'stop' }

export interface ClientCounts {
  /** Requests without an answer of the service. */
  failed: number
  /** Spans that were exported, and how many of them have what they ran themselves. */
  spans: number
  attributed: number
  /** Alerts that fired, as they arrived at the webhook. */
  alerts: number
}

export interface ClientAnswers {
  load: null
  counts: ClientCounts
  quiet: null
  stop: null
}

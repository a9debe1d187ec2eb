/** What a service says of itself. */
export interface Inside {
  requests: number
  /** Threads that came and went so far. */
  workers: number
  /** Of the main thread, after a collection. */
  heapBytes: number
  /** Of the C library's heap, in use. */
  mallocBytes: number
  /** What the sampler has set aside for its history. */
  historyBytes: number
}

/** What the kernel says of it. */
export interface Outside {
  residentBytes: number
  descriptors: number
  threads: number
}

/** A line of the file. */
export type Sample = { seconds: number } & Inside & Outside

export type ServiceMessage = { metricsUrl: string } | { inside: Inside }

export type ClientMessage = { collectorPort: number } | { failed: number }

/** Those that rules may ask for by name; all of the thread get what the application feeds. */
const feeds = new Set<(metric: string, value: number) => void>()

/** Calls `listener` with each value that the application feeds. Returns the function that ends it. */
export function listenToFeed(listener: (metric: string, value: number) => void): () => void {
  feeds.add(listener)
  return () => feeds.delete(listener)
}

export function passOn(metric: string, value: number): void {
  for (const listener of feeds) listener(metric, value)
}

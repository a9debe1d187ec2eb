import type { TracingCost, TracingMemory } from '../overhead/tracing-overhead.js'

/** What tracing costs, for those who may have no OpenTelemetry. */
export interface TracingMeter {
  read(): TracingCost | undefined
  memory(): TracingMemory | undefined
  stop(): void
}

/**
 * Undefined where the OpenTelemetry API is not installed, and where so many spans are open that nothing more can be
 * followed. It reads nothing until the application has registered a tracer provider: the API may be there for others.
 */
export function measureTracing(): TracingMeter | undefined {
  const overhead = load()
  if (overhead === undefined) return undefined
  try {
    overhead.acquire()
  } catch {
    return undefined
  }
  return {
    read: () => (overhead.traces ? overhead.read() : undefined),
    memory: () => overhead.memory(),
    stop: () => overhead.release(),
  }
}

type Overhead = typeof import('../overhead/tracing-overhead.js')

function load(): Overhead['tracingOverhead'] | undefined {
  try {
    return (require('../overhead/tracing-overhead.js') as Overhead).tracingOverhead
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

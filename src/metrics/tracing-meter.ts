import type { TracingCost, TracingMemory } from '../overhead/tracing-overhead.js'

/** The cost of tracing, where OpenTelemetry may not be installed. */
export interface TracingMeter {
  read(): TracingCost | undefined
  memory(): TracingMemory | undefined
  stop(): void
}

/**
 * Undefined where the OpenTelemetry API is not installed, and where so many spans are open that no further account can
 * be opened. It reads nothing until the application has registered a tracer provider: something else may have installed
 * the API.
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

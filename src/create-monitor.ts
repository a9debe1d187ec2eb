import { createNativeBackend } from './backend/native/native-backend.js'
import type { SpanmeterError } from './errors.js'
import { type BackendFactory, Monitor } from './monitor.js'
import { checkOptions } from './options.js'
import type { MonitorOptions, ResourceMonitor } from './types.js'

/**
 * A view on the resources of this process, and on the CPU of the calling thread. Nothing is sampled before `start()`.
 *
 * Throws a `TypeError` or `RangeError` for a bad option, and `SpanmeterError` `NATIVE_UNAVAILABLE` when
 * `backend: 'native'` was asked for and cannot be had.
 */
export function createMonitor(options?: MonitorOptions): ResourceMonitor {
  return new Monitor(checkOptions(options), make, js)
}

/** Loaded only where it is needed: it is a good part of the package, and of the time that loading takes. */
const js: BackendFactory = (options) => {
  const { createJsBackend } = require('./backend/js/js-backend.js') as typeof import('./backend/js/js-backend.js')
  return { backend: createJsBackend(options) }
}

const make: BackendFactory = (options) => {
  if (options.backend === 'js') return js(options)
  try {
    return { backend: createNativeBackend(options) }
  } catch (error) {
    if (options.backend === 'native') throw error
    return { ...js(options), reason: (error as SpanmeterError).message }
  }
}

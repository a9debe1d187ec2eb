/** What is done once for a process, whose threads share its environment. */

import { debuglog } from 'node:util'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import type { Sampling } from '../own-monitor.js'
import type { PrometheusEndpointOptions } from '../prometheus/endpoint-options.js'

type Warn = (message: string) => void

const debug = debuglog('spanmeter')

/** On the main thread only: one endpoint is enough. */
export async function startEndpoint(options: PrometheusEndpointOptions, sampling: Sampling, warn: Warn): Promise<void> {
  if (!isMainThread) return
  try {
    const { serveMetrics } = require('../prometheus/endpoint.js') as typeof import('../prometheus/endpoint.js')
    const { url } = await serveMetrics(options, sampling)
    debug('metrics are at %s', url)
  } catch (error) {
    warn(`there is no endpoint for Prometheus: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A worker has the environment of the thread that started it, which has warned already if it loaded this file. */
export function warnOnce(warnings: readonly string[], warn: Warn): void {
  const key = 'spanmeter warnings'
  const before = (getEnvironmentData(key) ?? []) as readonly string[]
  const newWarnings = warnings.filter((warning) => !before.includes(warning))
  if (newWarnings.length === 0) return
  setEnvironmentData(key, [...before, ...newWarnings])
  for (const warning of newWarnings) warn(warning)
}

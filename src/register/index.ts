/**
 * `node --import spanmeter/register app.js`, or `--require`: writes onto the spans of the application what they cost,
 * whatever tracer provider it registers, and serves metrics if a port is given for them. Configured by the environment.
 * Never throws into the application.
 */

import { debuglog } from 'node:util'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { Attacher } from '../otel/attacher.js'
import { watchRegistration } from '../sdk/registration.js'
import type { ResourceMonitor } from '../types.js'
import { type Configuration, readEnvironment } from './environment.js'

const debug = debuglog('spanmeter')

function register(): void {
  const configuration = readEnvironment(process.env)
  warnOnce(configuration.warnings)
  if (!configuration.enabled) {
    debug('switched off by the environment')
    return
  }
  const attacher = new Attacher(processorFactory(configuration), warn)
  let found = false
  watchRegistration((provider) => {
    found = true
    attacher.attachTo(provider)
    debug('attached to %d tracer providers', attacher.count)
  })
  void startEndpoint(configuration)
  if (!debug.enabled) return
  process.once('exit', () => {
    if (!found) debug('no OpenTelemetry tracer provider was registered')
  })
}

/** Loads the processor with the first provider: an application without one may not have the OpenTelemetry API. */
function processorFactory({ monitor: monitorOptions, processor: options }: Configuration) {
  let monitor: ResourceMonitor | undefined
  return () => {
    const { showWarnings } = require('../sdk/warn.js') as typeof import('../sdk/warn.js')
    showWarnings(warn)
    const { createMonitor } = require('../create-monitor.js') as typeof import('../create-monitor.js')
    const { ResourceSpanProcessor } = require('../otel/span-processor.js') as typeof import('../otel/span-processor.js')
    const { monitorOptionsFor } = require('../otel/options.js') as typeof import('../otel/options.js')
    monitor ??= createMonitor({ ...monitorOptionsFor(options.detail), ...monitorOptions })
    return new ResourceSpanProcessor({ ...options, monitor })
  }
}

/** On the main thread only: the threads of a process share the environment, and one endpoint is enough. */
async function startEndpoint({ prometheusPort: port, metrics: options }: Configuration): Promise<void> {
  if (port === undefined || !isMainThread) return
  try {
    const { startPrometheusEndpoint } =
      require('../prometheus/endpoint.js') as typeof import('../prometheus/endpoint.js')
    const { url } = await startPrometheusEndpoint({ ...options, port })
    debug('metrics are at %s', url)
  } catch (error) {
    warn(`there is no endpoint for Prometheus: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A worker has the environment of the thread that started it, which has warned already if it loaded this file. */
function warnOnce(warnings: readonly string[]): void {
  const key = 'spanmeter warnings'
  const before = (getEnvironmentData(key) ?? []) as readonly string[]
  const newWarnings = warnings.filter((warning) => !before.includes(warning))
  if (newWarnings.length === 0) return
  setEnvironmentData(key, [...before, ...newWarnings])
  for (const warning of newWarnings) warn(warning)
}

function warn(message: string): void {
  process.emitWarning(`spanmeter: ${message}`)
}

try {
  register()
} catch (error) {
  // A host may forbid to read the environment. The application must start all the same.
  warn(`spans go without resource attributes: ${error instanceof Error ? error.message : String(error)}`)
}

import { debuglog } from 'node:util'
import { Attacher } from '../otel/attacher.js'
import { watchApi } from '../sdk/registration.js'
import type { ResourceMonitor } from '../types.js'
import { type Configuration, readEnvironment } from './environment.js'

const debug = debuglog('spanmeter')

/** What `spanmeter/register` does in an application that uses OpenTelemetry, or whose environment configures it. */
export class DropIn {
  /** Undefined where the environment switches it off. */
  readonly #attacher: Attacher | undefined
  /** Begins the recording of this thread; undefined where none is wanted. */
  #record: (() => void) | undefined
  #hasFound = false

  /** Throws what reading the environment throws. */
  constructor() {
    const configuration = readEnvironment(process.env)
    const monitor = sharedMonitor(configuration)
    if (configuration.recording !== undefined) {
      const { recordingFor } = require('./recording.js') as typeof import('./recording.js')
      const recording = recordingFor(configuration.recording, monitor, warn)
      if (recording === undefined) return
      this.#record = recording.begin
      if (recording.atOnce) recording.begin()
    }
    forProcess(configuration)
    if (!configuration.enabled) {
      debug('switched off by the environment')
      return
    }
    if (configuration.alertsFile !== undefined) {
      const { startAlerts } = require('./alerts.js') as typeof import('./alerts.js')
      startAlerts(configuration.alertsFile, configuration.monitor, warn)
    }
    const attacher = new Attacher(processorFactory(configuration, monitor), warn)
    this.#attacher = attacher
    if (!debug.enabled) return
    process.once('exit', () => {
      if (!this.#hasFound) debug('no OpenTelemetry tracer provider was registered')
    })
  }

  /** Attaches to each tracer provider that is or will be registered with the API whose global object this is. */
  attachTo(api: object): void {
    if (this.#attacher !== undefined) watchApi(api, this.#found)
  }

  readonly #found = (provider: object): void => {
    this.#hasFound = true
    this.#record?.()
    this.#attacher?.attachTo(provider)
    debug('attached to %d tracer providers', this.#attacher?.count)
  }
}

/** Made when it is first asked for. A recording needs samples all the time. */
function sharedMonitor({ monitor: options, processor: { detail }, recording }: Configuration): () => ResourceMonitor {
  let monitor: ResourceMonitor | undefined
  return () => {
    const { createMonitor } = require('../create-monitor.js') as typeof import('../create-monitor.js')
    const { monitorOptionsFor } = require('../otel/options.js') as typeof import('../otel/options.js')
    const whenIdle = recording === undefined ? 'park' : 'sample'
    monitor ??= createMonitor({ ...monitorOptionsFor(detail), ...options, whenIdle })
    return monitor
  }
}

/** Loads the processor with the first provider: an application without one may not have the OpenTelemetry API. */
function processorFactory({ processor: options }: Configuration, monitor: () => ResourceMonitor) {
  return () => {
    const { showWarnings } = require('../sdk/warn.js') as typeof import('../sdk/warn.js')
    showWarnings(warn)
    const { ResourceSpanProcessor } = require('../otel/span-processor.js') as typeof import('../otel/span-processor.js')
    return new ResourceSpanProcessor({ ...options, monitor: monitor() })
  }
}

/** Loaded only where it has something to do: `node:worker_threads` takes a while. */
function forProcess({ warnings, enabled, endpoint, monitor }: Configuration): void {
  if (warnings.length === 0 && !(enabled && endpoint !== undefined)) return
  const { startEndpoint, warnOnce } = require('./for-process.js') as typeof import('./for-process.js')
  warnOnce(warnings, warn)
  if (enabled && endpoint !== undefined) void startEndpoint(endpoint, monitor, warn)
}

function warn(message: string): void {
  process.emitWarning(`spanmeter: ${message}`)
}

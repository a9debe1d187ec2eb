import type { MonitorHealth } from 'spanmeter'

/** Where the service listens, once it does. */
export interface Listening {
  type: 'listening'
  port: number
}

/** The last word of the service: everything is flushed, and this is how its native sampler fared. */
export interface Stopped {
  type: 'stopped'
  health: MonitorHealth
  /** The folder of what it recorded of itself. */
  recording: string
  /** Why the last flush did not succeed. */
  flushError?: string
}

export type FromService = Listening | Stopped
export type ToService = { type: 'stop' }

/** Environment variables by which the demo hands the service what it needs before its first line runs. */
export const RECEIVER_URL = 'DEMO_RECEIVER_URL'
export const SCRATCH_FOLDER = 'DEMO_SCRATCH_FOLDER'

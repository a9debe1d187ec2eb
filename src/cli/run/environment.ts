import { join } from 'node:path'
import type { Variables } from '../../register/environment.js'
import { instrumentVariable } from '../../register/instrument.js'
import { type Recorded, runVariable } from '../../register/run.js'
import type { RunOptions } from './options.js'

const preload = join(__dirname, '../../register/index.js')

/** The environment of the program: its own, and what lets it record itself. */
export function environmentFor(own: Variables, recording: string, options: RunOptions): NodeJS.ProcessEnv {
  const { period, maxOverhead, children, instrument, attributes, cpuProf } = options
  const recorded: Recorded = children === true ? 'all' : 'program'
  const {
    // Somebody who asks for a recording wants one.
    SPANMETER_ENABLED: _enabled,
    RESOURCE_ATTRIBUTION_ENABLED: _attributionEnabled,
    ...others
  } = own
  return {
    ...others,
    NODE_OPTIONS: withPreload(own.NODE_OPTIONS),
    SPANMETER_RECORD_DIR: recording,
    [runVariable]: recorded,
    ...(period !== undefined && { SPANMETER_PERIOD_MS: String(period) }),
    ...(maxOverhead !== undefined && { SPANMETER_MAX_OVERHEAD_PERCENT: String(maxOverhead) }),
    ...(instrument && instrumented(own)),
    ...(cpuProf && { SPANMETER_RECORD_CPU_PROFILE: 'true' }),
    ...(!attributes && { SPANMETER_RECORD_ATTRIBUTES: 'false' }),
  }
}

/** Only spans were asked for. */
function instrumented({ OTEL_METRICS_EXPORTER = 'none', OTEL_LOGS_EXPORTER = 'none' }: Variables): NodeJS.ProcessEnv {
  return { [instrumentVariable]: 'true', OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER }
}

/** Ours comes first: what the program loads may set up OpenTelemetry. Node.js reads quotes and backslashes as a shell does. */
function withPreload(own = ''): string {
  const path = preload.replace(/["\\]/g, '\\$&')
  return `--require "${path}" ${own}`.trim()
}

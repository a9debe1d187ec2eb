import { Monitor } from '../monitor.js'
import { boolean, known, number, oneOf, show } from '../options.js'
import { checkAttributeOptions } from '../otel/options.js'
import type { ResourceMonitor } from '../types.js'
import { snapshotSignals } from './signals.js'

export interface RecordingOptions {
  /** Where the folder of the recording is made. It need not exist. */
  directory: string
  /** The monitor to ask; it is started if it is not running. Default: one of the recording's own. */
  monitor?: ResourceMonitor
  /**
   * How much the files of all threads may take on disk, in MB of 2^20 bytes, 1 … 1000000. Beyond it the oldest samples are thinned to
   * means and extremes, and the oldest spans to the longest and dearest of each name; at last they are removed. Default 256.
   */
  maxMb?: number
  /** Whether to record the attributes of spans and the messages of errors, which may be private. Default true. */
  attributes?: boolean
  /**
   * Whether to take V8's CPU profile of this thread as well, in files of which other programs can show each. They take no
   * more than half of `maxMb`: the oldest are removed. It costs some percent of the thread. Default false.
   */
  cpuProfile?: boolean
  /** A signal upon which a snapshot is written beside the recording. The application must not use it. Default: none. */
  snapshotSignal?: NodeJS.Signals
  /** Percent of a core from which a span is marked as CPU-bound. Default 80. */
  cpuThreshold?: number
  /** Resident memory in MB of 2^20 bytes above which a span is marked. Default: none. */
  memoryThresholdMb?: number
}

const names = [
  ...['directory', 'monitor', 'maxMb', 'attributes', 'cpuProfile', 'snapshotSignal'],
  ...['cpuThreshold', 'memoryThresholdMb'],
]

/** Throws a `TypeError` or `RangeError` that names the option, what it got and what it expects. */
export function checkRecordingOptions(given: RecordingOptions) {
  const options = known(given, names)
  const { directory, monitor, snapshotSignal, cpuThreshold, memoryThresholdMb } = options
  if (typeof directory !== 'string' || directory === '') {
    throw new TypeError(`directory must be a path that is not empty, got ${show(directory)}`)
  }
  if (monitor !== undefined && !(monitor instanceof Monitor)) {
    throw new TypeError(`monitor must come from createMonitor(), got ${show(monitor)}`)
  }
  return {
    directory,
    monitor,
    maxMb: number('maxMb', options.maxMb ?? 256, 1, 1e6),
    attributes: boolean('attributes', options.attributes ?? true),
    cpuProfile: boolean('cpuProfile', options.cpuProfile ?? false),
    ...(snapshotSignal !== undefined && {
      snapshotSignal: oneOf('snapshotSignal', snapshotSignal, snapshotSignals),
    }),
    rules: checkAttributeOptions({
      ...(cpuThreshold !== undefined && { cpuThreshold }),
      ...(memoryThresholdMb !== undefined && { memoryThresholdMb }),
    }),
  }
}

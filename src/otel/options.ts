import { Monitor } from '../monitor.js'
import { boolean, known, number, oneOf, show } from '../options.js'
import type { MonitorOptions, ResourceMonitor } from '../types.js'
import type { AttributeRules, Thresholds } from './attributes.js'
import { type ExceptionKeys, prefixed, prefixedOfException } from './names.js'

export interface AttributeOptions extends Thresholds {
  /** `'full'` adds percentiles, the JS thread, faults, context switches and more. Default `'default'`. */
  detail?: 'default' | 'full'
  /** What the attribute names begin with. Default `'resource'`. */
  prefix?: string
}

export interface ResourceSpanProcessorOptions extends AttributeOptions {
  /** The monitor to ask; it is started if it is not running. Default: one of the processor's own. */
  monitor?: ResourceMonitor
  /**
   * Spans shorter than this get no attributes. With `when: 'notable'`, spans at least this long are notable. Default 0.
   */
  minDurationMs?: number
  /** `'notable'`: only spans that crossed a threshold, or lasted `minDurationMs` if that is set. Default `'always'`. */
  when?: 'always' | 'notable'
  /**
   * Whether to write the CPU time that each span itself ran on the JavaScript thread. It takes hooks at every await
   * (see the docs for their cost) and the native sampler; `false` installs none. Default true.
   */
  attribution?: boolean
  /**
   * Whether the event of an exception that a span records says what the machine did then: the CPU time that the span had run
   * itself, resident memory, and for how long the event loop was blocked just before. Default false.
   */
  errors?: boolean
}

export interface ProcessorRules extends AttributeRules {
  /** Undefined: one of the processor's own. */
  monitor: Monitor | undefined
  attribution: boolean
  /** Undefined where exceptions are left as they are. */
  exceptionKeys: ExceptionKeys | undefined
  minDurationMs: number
  when: 'always' | 'notable'
}

const attributeOptionNames = ['cpuThreshold', 'memoryThresholdMb', 'detail', 'prefix'] as const
const processorOptionNames = [
  ...attributeOptionNames,
  'monitor',
  'minDurationMs',
  'when',
  'attribution',
  'errors',
] as const

export function checkAttributeOptions(options: AttributeOptions = {}): AttributeRules {
  return attributeRules(known(options, attributeOptionNames))
}

export function checkProcessorOptions(given: ResourceSpanProcessorOptions = {}): ProcessorRules {
  const options = known(given, processorOptionNames)
  const { monitor } = options
  if (monitor !== undefined && !(monitor instanceof Monitor)) {
    throw new TypeError(`monitor must come from createMonitor(), got ${show(monitor)}`)
  }
  return {
    ...attributeRules(options),
    monitor,
    attribution: boolean('attribution', options.attribution ?? true),
    exceptionKeys: boolean('errors', options.errors ?? false) ? prefixedOfException(prefixOf(options)) : undefined,
    minDurationMs: number('minDurationMs', options.minDurationMs ?? 0, 0, Number.MAX_VALUE),
    when: oneOf('when', options.when ?? 'always', ['always', 'notable']),
  }
}

/** Options of a monitor that reads only the sources that these attributes need. */
export function monitorOptionsFor(detail: AttributeOptions['detail']): MonitorOptions {
  return detail === 'full' ? {} : { sources: ['memory', 'schedstat', 'cgroup'] }
}

function prefixOf({ prefix = 'resource' }: AttributeOptions): string {
  if (typeof prefix === 'string' && prefix !== '') return prefix
  throw new TypeError(`prefix must be a string that is not empty, got ${show(prefix)}`)
}

function attributeRules(options: AttributeOptions): AttributeRules {
  const prefix = prefixOf(options)
  const rules: AttributeRules = {
    cpuThreshold: number('cpuThreshold', options.cpuThreshold ?? 80, 0, Number.MAX_VALUE),
    detail: oneOf('detail', options.detail ?? 'default', ['default', 'full']),
    keys: prefixed(prefix),
  }
  if (options.memoryThresholdMb !== undefined) {
    rules.memoryThresholdMb = number('memoryThresholdMb', options.memoryThresholdMb, 0, Number.MAX_VALUE)
  }
  return rules
}

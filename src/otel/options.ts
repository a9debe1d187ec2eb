import { Monitor } from '../monitor.js'
import { boolean, known, number, oneOf, show } from '../options.js'
import type { MonitorOptions, ResourceMonitor } from '../types.js'
import type { AttributeRules, Thresholds } from './attributes.js'
import { prefixed } from './names.js'

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
}

export interface ProcessorRules extends AttributeRules {
  attribution: boolean
  minDurationMs: number
  when: 'always' | 'notable'
}

const attributeOptionNames = ['cpuThreshold', 'memoryThresholdMb', 'detail', 'prefix'] as const
const processorOptionNames = [...attributeOptionNames, 'monitor', 'minDurationMs', 'when', 'attribution'] as const

export function checkAttributeOptions(options: AttributeOptions = {}): AttributeRules {
  return attributeRules(known(options, attributeOptionNames))
}

export function checkProcessorOptions(options: ResourceSpanProcessorOptions = {}): ProcessorRules {
  known(options, processorOptionNames)
  const { monitor } = options
  if (monitor !== undefined && !(monitor instanceof Monitor)) {
    throw new TypeError(`monitor must come from createMonitor(), got ${show(monitor)}`)
  }
  return {
    ...attributeRules(options),
    attribution: boolean('attribution', options.attribution ?? true),
    minDurationMs: number('minDurationMs', options.minDurationMs ?? 0, 0, Number.MAX_VALUE),
    when: oneOf('when', options.when ?? 'always', ['always', 'notable']),
  }
}

/** Options of a monitor that reads only the sources that these attributes need. */
export function monitorOptionsFor(detail: AttributeOptions['detail']): MonitorOptions {
  return detail === 'full' ? {} : { sources: ['memory', 'schedstat', 'cgroup'] }
}

function attributeRules(options: AttributeOptions): AttributeRules {
  const prefix = options.prefix ?? 'resource'
  if (typeof prefix !== 'string' || prefix === '') {
    throw new TypeError(`prefix must be a string that is not empty, got ${show(prefix)}`)
  }
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

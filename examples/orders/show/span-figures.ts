import type { DecodedSpan } from '../../demo/otlp-decode'

/** What spanmeter wrote onto a span; undefined where it wrote nothing. */
export interface Cost {
  ownMs: number | undefined
  othersMs: number | undefined
  allMs: number | undefined
  cpuMax: number | undefined
  waitMs: number | undefined
  memoryMb: number | undefined
}

export function costOf({ attributes }: DecodedSpan): Cost {
  const value = (name: string): number | undefined => {
    const found = attributes[`resource.${name}`]
    return typeof found === 'number' ? found : undefined
  }
  return {
    ownMs: value('cpu.self_ms'),
    othersMs: value('cpu.others_ms'),
    allMs: value('cpu.time_ms'),
    cpuMax: value('cpu.max'),
    waitMs: value('cpu.wait_ms'),
    memoryMb: value('memory.max_mb'),
  }
}

/** Of each service, the span around all that it does for an order. */
export const stageSpans = {
  api: 'create_order',
  processing: 'process_order',
  notification: 'notify_order',
  analytics: 'analyze_order',
} as const

/** Those that were no second delivery. */
export function spansOfStage(spans: readonly DecodedSpan[], service: keyof typeof stageSpans): DecodedSpan[] {
  return spans.filter((span) => span.name === stageSpans[service] && span.attributes['order.duplicate'] !== true)
}

/** How long an order waited in its topic. */
export function queueMsOf({ attributes }: DecodedSpan): number {
  return Number(attributes['order.queue_ms'] ?? 0)
}

/** A dash for what nobody measured. */
export function decimal(value: number | undefined, digits = 1): string {
  return value === undefined ? '–' : value.toFixed(digits)
}

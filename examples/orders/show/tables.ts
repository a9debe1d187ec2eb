import Table from 'cli-table3'
import type { DecodedSpan } from '../../demo/otlp-decode'
import { maximum, mean, percentile } from '../../demo/statistics'
import { type Reader, readerNames } from '../run/lag'
import type { Phase } from '../run/phase'
import { serviceNames } from '../workload/config'
import { type Cost, costOf, decimal, queueMsOf, spansOfStage } from './span-figures'

/** A row for each operation of each service. */
export function operationsTable(spans: readonly DecodedSpan[]): string {
  const working = spans.filter(({ attributes }) => attributes['workload.operation'] !== undefined)
  const table = tableOf(
    ['service', 'operation', 'n', 'p50 ms', 'p95 ms', 'own CPU', 'others', 'all CPU', 'CPU max %', 'waiting', 'max MB'],
    2,
  )
  for (const service of serviceNames) {
    const ofService = working.filter((span) => span.service === service)
    const names = [...new Set(ofService.map(({ attributes }) => String(attributes['workload.operation'])))].sort()
    for (const name of names) {
      const group = ofService.filter(({ attributes }) => attributes['workload.operation'] === name)
      const durations = group.map(({ durationMs }) => durationMs)
      const costs = group.map(costOf)
      table.push([
        ...[service, name, String(group.length)],
        ...[decimal(percentile(durations, 0.5)), decimal(percentile(durations, 0.95))],
        ...[decimal(mean(known(costs, 'ownMs'))), decimal(mean(known(costs, 'othersMs')))],
        ...[decimal(mean(known(costs, 'allMs'))), decimal(maximum(known(costs, 'cpuMax')), 0)],
        ...[decimal(mean(known(costs, 'waitMs'))), decimal(maximum(known(costs, 'memoryMb')), 0)],
      ])
    }
  }
  return table.toString()
}

/** How far each consumer was behind, and how long orders waited for it. */
export function lagTable({ lag }: Phase, spans: readonly DecodedSpan[]): string {
  const table = tableOf(['consumer', 'highest lag', 'lag in the end', 'in the topic, mean ms', 'highest ms'], 1)
  for (const name of readerNames) {
    const waits = spansOfStage(spans, name).map(queueMsOf)
    table.push([
      name,
      String(lag.highest[name]),
      String(lag.now[name]),
      decimal(mean(waits), 0),
      decimal(maximum(waits), 0),
    ])
  }
  return table.toString()
}

export interface MeasuredPhase extends Phase {
  instances: number
  spans: readonly DecodedSpan[]
}

/** The same orders with different numbers of instances. */
export function throughputTable(phases: readonly MeasuredPhase[]): string {
  const table = tableOf(
    [
      'instances of processing',
      'orders',
      'seconds',
      'orders/min',
      'process_order: queue + others, p50 ms',
      'p95 ms',
      'highest lag',
    ],
    0,
  )
  for (const { instances, stored, seconds, spans, lag } of phases) {
    const held = spansOfStage(spans, 'processing').map((span) => queueMsOf(span) + (costOf(span).othersMs ?? 0))
    table.push([
      ...[String(instances), String(stored.length), decimal(seconds), decimal((60 * stored.length) / seconds, 0)],
      ...[
        decimal(percentile(held, 0.5), 0),
        decimal(percentile(held, 0.95), 0),
        String(lag.highest['processing' satisfies Reader]),
      ],
    ])
  }
  return table.toString()
}

function known(costs: readonly Cost[], name: keyof Cost): number[] {
  return costs.map((cost) => cost[name]).filter((value) => value !== undefined)
}

function tableOf(head: string[], left: number) {
  // No colours: the tables also go to files and pipes.
  const style = { head: [], border: [], compact: true }
  return new Table({ head, colAligns: head.map((_, i) => (i < left ? 'left' : 'right')), style })
}

import type * as promClient from 'prom-client'
import { type CollectOptions, collectResourceMetrics, type ResourceMetricsCollection } from 'spanmeter/prometheus'
import { afterEach, beforeAll } from 'vitest'
import { documentedMetrics } from './documented-metrics'
import { parseExposition } from './exposition'
import { settle } from './settle'

export const ourNames = documentedMetrics.map(({ prometheus }) => prometheus)

const collections: ResourceMetricsCollection[] = []

export function collect(options: CollectOptions): ResourceMetricsCollection {
  const collection = collectResourceMetrics(options)
  collections.push(collection)
  return collection
}

export const scrape = async (register: promClient.Registry) => parseExposition(await register.metrics())

beforeAll(settle)

afterEach(() => {
  for (const collection of collections.splice(0)) collection.stop()
})

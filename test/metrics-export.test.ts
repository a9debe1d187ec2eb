import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ValueType } from '@opentelemetry/api'
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { expect, test } from 'vitest'
import { askFixture, packageRoot } from './helpers/child'
import { type DocumentedMetric, documentedMetrics } from './helpers/documented-metrics'
import { nodeVersions } from './helpers/nodes'

// What the metrics SDKs export.

interface Exported extends Omit<MetricData, 'isMonotonic'> {
  scope: string
  isMonotonic?: boolean
}

interface Outcome {
  backend: string
  collections: Exported[][]
  warnings: string[]
}

interface Sdk {
  /** As the name of a test. */
  name: string
  /** Where it is installed; undefined if there is none. */
  folder: string | undefined
  node: string
}

const others = join(packageRoot, 'build/sdks')
const folders = [packageRoot, ...(existsSync(others) ? readdirSync(others).map((name) => join(others, name)) : [])]

/** Those that have a package: the development dependencies, and whatever was put under build/sdks. */
function sdksWith(name: string): Sdk[] {
  const found = folders.flatMap((folder): Sdk[] => {
    const manifest = join(folder, `node_modules/@opentelemetry/${name}/package.json`)
    if (!existsSync(manifest)) return []
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const sdk = { name: `${name} ${version}`, folder, node: process.execPath }
    // They need Node.js 22.15.
    if (!/^(3\.|0\.3\d\d\.)/.test(version)) return [sdk]
    const node24 = nodeVersions.find((node) => node.name.startsWith('Node.js 24'))!
    return [
      node24.path
        ? { ...sdk, node: node24.path }
        : { ...sdk, name: `${sdk.name} on ${node24.name}`, folder: undefined },
    ]
  })
  const none = {
    name: `another ${name} (skipped: run \`npm run sdks\` first)`,
    folder: undefined,
    node: process.execPath,
  }
  return found.some(({ folder }) => folder !== packageRoot) ? found : [...found, none]
}

const metricNames = documentedMetrics.map(({ name }) => name)

const kinds = {
  counter: { type: 'OBSERVABLE_COUNTER', dataPointType: DataPointType.SUM, isMonotonic: true },
  updowncounter: { type: 'OBSERVABLE_UP_DOWN_COUNTER', dataPointType: DataPointType.SUM, isMonotonic: false },
  gauge: { type: 'OBSERVABLE_GAUGE', dataPointType: DataPointType.GAUGE, isMonotonic: undefined },
  histogram: { type: 'HISTOGRAM', dataPointType: DataPointType.HISTOGRAM, isMonotonic: undefined },
}

const ask = ({ folder = packageRoot, node }: Partial<Sdk> = {}, nodeArgs: string[] = []) =>
  askFixture<Outcome>('metrics/collect.cjs', { node, nodeArgs, args: [folder] })

for (const sdk of sdksWith('sdk-metrics')) {
  test.skipIf(sdk.folder === undefined)(
    `${sdk.name} exports each metric of docs/metrics.md, as it is described there`,
    async () => {
      const outcome = await ask(sdk)
      expect(outcome.backend).toBe('native')
      expect(outcome.warnings).toEqual([])
      for (const exported of outcome.collections) {
        expect(exported.map(({ descriptor }) => descriptor.name).sort()).toEqual([...metricNames].sort())
        for (const { descriptor, dataPointType, isMonotonic, dataPoints, scope } of exported) {
          const { name } = descriptor
          const documented = documentedMetrics.find((metric) => metric.name === name)!
          const { unit, description, kind } = documented
          const valueType = isWhole(documented) ? ValueType.INT : ValueType.DOUBLE
          expect({ ...descriptor, dataPointType, isMonotonic, scope }, name).toMatchObject({
            ...{ unit, description, valueType, scope: 'spanmeter' },
            ...kinds[kind],
            // It grows when a span ends, not when somebody reads.
            ...(name === 'spanmeter.span.errors' && { type: 'COUNTER' }),
          })
          for (const { attributes, value } of dataPoints) expectPoint(documented, attributes, value)
          // Nothing is reported twice.
          const keys = dataPoints.map(({ attributes }) => JSON.stringify(attributes))
          expect(new Set(keys).size, name).toBe(keys.length)
        }
      }
    },
  )
}

const isWhole = ({ unit }: DocumentedMetric) => unit === 'By' || unit.startsWith('{')

function expectPoint(documented: DocumentedMetric, attributes: object, value: unknown): void {
  const { name, attributes: known } = documented
  for (const [key, reported] of Object.entries(attributes)) {
    expect(Object.keys(known), name).toContain(key)
    if (known[key]!.includes(', ')) expect(known[key]!.split(', '), name).toContain(reported)
  }
  if (typeof value !== 'number') return
  expect(value, name).toBeGreaterThanOrEqual(0)
  if (isWhole(documented)) expect(value, name).toSatisfy(Number.isInteger)
}

for (const { name, folder = '', node } of sdksWith('sdk-node')) {
  test.skipIf(folder === '')(`${name} takes them among its instrumentations, once`, async () => {
    const found = await askFixture<[string, string, number][]>('metrics/node-sdk.cjs', { node, args: [folder] })
    expect(found.filter(([, metric]) => metric.startsWith('process.context'))).toEqual([
      ['spanmeter', 'process.context_switches', 2],
    ])
  })
}

test('those that bear names of the semantic conventions are as these have them', async () => {
  const exported = (await ask()).collections[1]!.filter(({ descriptor }) => descriptor.name.startsWith('process.'))
  const reported = exported.map(({ descriptor: { name, unit }, isMonotonic, dataPointType, dataPoints }) => ({
    name,
    unit,
    kind: dataPointType === DataPointType.GAUGE ? 'gauge' : isMonotonic ? 'counter' : 'updowncounter',
    attributes: dataPoints.map(({ attributes }) => attributes),
  }))
  const each = (key: string, values: string[]) => values.map((value) => ({ [key]: value }))
  const modes = each(conventions.ATTR_CPU_MODE, [conventions.CPU_MODE_VALUE_USER, conventions.CPU_MODE_VALUE_SYSTEM])
  expect(reported).toEqual([
    { name: conventions.METRIC_PROCESS_CPU_TIME, unit: 's', kind: 'counter', attributes: modes },
    { name: conventions.METRIC_PROCESS_CPU_UTILIZATION, unit: '1', kind: 'gauge', attributes: modes },
    { name: conventions.METRIC_PROCESS_MEMORY_USAGE, unit: 'By', kind: 'updowncounter', attributes: [{}] },
    {
      name: conventions.METRIC_PROCESS_CONTEXT_SWITCHES,
      unit: '{context_switch}',
      kind: 'counter',
      attributes: each(conventions.ATTR_PROCESS_CONTEXT_SWITCH_TYPE, [
        conventions.PROCESS_CONTEXT_SWITCH_TYPE_VALUE_VOLUNTARY,
        conventions.PROCESS_CONTEXT_SWITCH_TYPE_VALUE_INVOLUNTARY,
      ]),
    },
    {
      name: conventions.METRIC_PROCESS_PAGING_FAULTS,
      unit: '{fault}',
      kind: 'counter',
      attributes: each(conventions.ATTR_SYSTEM_PAGING_FAULT_TYPE, [
        conventions.SYSTEM_PAGING_FAULT_TYPE_VALUE_MAJOR,
        conventions.SYSTEM_PAGING_FAULT_TYPE_VALUE_MINOR,
      ]),
    },
    {
      name: conventions.METRIC_PROCESS_DISK_IO,
      unit: 'By',
      kind: 'counter',
      attributes: each(conventions.ATTR_DISK_IO_DIRECTION, [
        conventions.DISK_IO_DIRECTION_VALUE_READ,
        conventions.DISK_IO_DIRECTION_VALUE_WRITE,
      ]),
    },
    { name: conventions.METRIC_PROCESS_THREAD_COUNT, unit: '{thread}', kind: 'updowncounter', attributes: [{}] },
  ])
})

test('what the JavaScript sampler cannot measure is left out', async () => {
  const { backend, collections, warnings } = await ask({}, ['--no-addons'])
  expect(backend).toBe('js')
  expect(warnings).toEqual([])
  const reported = collections[1]!.map(({ descriptor }) => descriptor.name)
  const missing = metricNames.filter((name) => !reported.includes(name))
  const tracing = metricNames.filter((name) => name.startsWith('spanmeter.tracing.'))
  expect(missing).toEqual([
    'process.disk.io',
    ...('threadCpuUsage' in process ? [] : ['spanmeter.thread.cpu.time']),
    'spanmeter.thread.wait.time',
    'spanmeter.loop.blocked.max',
    ...tracing,
    'spanmeter.span.cpu.self',
    'spanmeter.span.cpu.wait',
  ])
})

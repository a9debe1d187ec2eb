import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from './helpers/child'
import {
  doctor,
  empty,
  expectPlain,
  noAddons,
  node,
  preload,
  putPackage,
  reportOf,
  scratch,
  sideBySide,
} from './helpers/doctor'

/** What an SDK of before 2.0 has of all this: a public way to add processors, and no onEnding. */
const oldSdk = `
  exports.BasicTracerProvider = class {
    processors = []
    addSpanProcessor(processor) { this.processors.push(processor) }
    getTracer() {
      return { startSpan: () => {
        const spanContext = { traceId: '1', spanId: '2', traceFlags: 1 }
        const span = { attributes: {}, startTime: [Math.floor(Date.now() / 1000), (Date.now() % 1000) * 1e6], duration: [0, 0],
          spanContext: () => spanContext,
          end: () => { for (const processor of this.processors) processor.onEnd(span) } }
        for (const processor of this.processors) processor.onStart(span)
        return span
      } }
    }
  }`
const api = '@opentelemetry/api'
const sdkBase = '@opentelemetry/sdk-trace-base'
const sdkNode = '@opentelemetry/sdk-node'
putPackage('old', api, '1.4.1')
putPackage('old', sdkBase, '1.15.2', oldSdk)
putPackage(`old/node_modules/${sdkBase}`, api, '1.8.0')
putPackage('old', 'prom-client', '15.1.3')
putPackage('broken', sdkNode, '0.1.0')
putPackage(`broken/node_modules/${sdkNode}`, sdkBase, '9.9.9', `throw new Error('broken in ${scratch}/broken')`)
const [old, broken] = ['old', 'broken'].map((name) => join(scratch, name)) as [string, string]

const runs = sideBySide({
  js: reportOf(old, noAddons),
  jsText: doctor(empty, [...node, ...preload('Object.defineProperty(process, "platform", { value: "darwin" })')]),
  broken: reportOf(broken, noAddons),
  impossible: doctor(empty, [
    ...noAddons,
    ...preload('globalThis.Float64Array = class { constructor() { throw new RangeError("no memory") } }'),
  ]),
})

const number = expect.any(Number)

describe('without the native sampler', () => {
  test('says why, and what the other one can do', async () => {
    const report = await runs.js
    expect(report).toMatchObject({ works: 'js', cgroup: null, budget: null })
    expect(report.sampler).toMatchObject({ backend: 'js', binary: null, nodeApi: null })
    expect(report.sampler.reason).toMatch(/loading addons is disabled/)
    expect(report.sampler.reason).not.toContain(packageRoot)
    expect(report.findings.find(({ id }) => id === 'js-sampler')!.advice).toMatch(/--no-addons/)
    expect(report.rates.map(({ periodMs }) => periodMs)).toEqual([10, 1])
    const memory = report.sources.find(({ name }) => name === 'memory')!
    expect(memory).toMatchObject({ available: true, reason: null })
    expect(memory.costUs).toBeGreaterThan(0)
    for (const { available, reason } of report.sources) expect(available).toBe(reason === null)
  })

  test('works where there is no Linux', async () => {
    const { code, stdout, stderr } = await runs.jsText
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^The JavaScript sampler works/)
    expect(stdout).toMatch(/there is none for darwin/)
    expectPlain(stdout)
  })

  test('ends with 2 where no sampler works at all', async () => {
    const { code, stdout } = await runs.impossible
    expect(code).toBe(2)
    expect(stdout).toMatch(/^No sampler works: .*no memory/)
  })
})

describe('an application', () => {
  test('with an old SDK and two copies of the API', async () => {
    const { openTelemetry, promClient, findings } = await runs.js
    const folder = 'node_modules/@opentelemetry'
    const copy = (version: string, path: string) => ({ name: api, version, path })
    const copies = [copy('1.4.1', `${folder}/api`), copy('1.8.0', `${folder}/sdk-trace-base/${folder}/api`)]
    expect(openTelemetry).toEqual({
      packages: [copies[0], { name: sdkBase, version: '1.15.2', path: `${folder}/sdk-trace-base` }],
      apiCopies: copies,
      attach: {
        ...{ sdk: `${sdkBase} 1.15.2`, provider: 'BasicTracerProvider', by: 'addSpanProcessor', writesIn: 'onEnd' },
        ...{ attributes: number, error: null },
      },
    })
    expect(openTelemetry.attach!.attributes).toBeGreaterThan(3)
    expect(promClient).toBe('15.1.3')
    expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['api-copies', 'on-end']))
  })

  test('whose SDK comes with another package, and cannot be loaded', async () => {
    const { openTelemetry, findings } = await runs.broken
    expect(openTelemetry.packages.map(({ name }) => name)).toEqual([sdkNode, sdkBase])
    expect(openTelemetry.attach).toMatchObject({ sdk: `${sdkBase} 9.9.9`, by: null, error: 'broken in .' })
    expect(findings[0]).toMatchObject({ id: 'attach', level: 'problem' })
  })
})

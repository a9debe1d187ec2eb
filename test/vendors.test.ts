import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { expectTrueAttributes, type SpanTruth } from './helpers/attributes'
import { run } from './helpers/child'
import { nodeVersions } from './helpers/nodes'
import type { ReceivedSpan } from './helpers/otlp'
import { obstacle, vendors } from './helpers/sdks'

// Beside the tracers of other vendors: their providers may give spans that are not those of OpenTelemetry's SDK.

vi.setConfig({ maxConcurrency: 2 })

interface Printed {
  truth: Record<string, SpanTruth>
  exported: ReceivedSpan[]
}

const node = nodeVersions.find(({ major }) => major === 24)!

/** Runs an application of a vendor with `spanmeter/register`; with the warnings that were seen. */
async function runApp(vendor: string, args: readonly string[], preload = ['--import', 'spanmeter/register']) {
  const { folder } = vendors.find(({ name }) => name === vendor)!
  const { code, stdout, stderr } = await run(node.path!, [...preload, ...args], {}, 100_000, join(folder, 'app'))
  expect(code, stderr).toBe(0)
  const printed: Printed = JSON.parse(stdout)
  return { ...printed, warnings: stderr.match(/Warning: .*/g) ?? [] }
}

function describeVendor(name: string, tests: () => void): void {
  const { skip, why } = obstacle(vendors.find((vendor) => vendor.name === name)!, node)
  describe.skipIf(skip).concurrent(name + why, tests)
}

const names = ({ exported }: Printed) => exported.map(({ name }) => name).toSorted()

for (const [name, options] of [
  ['sentry-10', { skipOpenTelemetrySetup: true }],
  ['sentry-11', {}],
] as const) {
  describeVendor(name, () => {
    test("the spans of the application's own provider", async () => {
      const { truth, exported, warnings } = await runApp(name, ['sentry.cjs', 'own', JSON.stringify(options)])
      expectTrueAttributes(exported, truth)
      expect(warnings).toEqual([])
    })

    test('its own provider, which takes no span processors, is one warning', async () => {
      const theirs = JSON.stringify({ enableOpenTelemetrySetup: true, traceLifecycle: 'static' })
      const args = ['sentry.cjs', 'theirs', theirs]
      const { warnings, ...printed } = await runApp(name, args)
      expect(warnings).toEqual([expect.stringContaining('an unknown kind (SentryTracerProvider)')])
      const bare = await runApp(name, args, [])
      expect(names(printed)).toEqual(names(bare))
      expect(printed.exported.length).toBeGreaterThan(0)
    })
  })
}

describeVendor('sentry-10', () => {
  test('a provider of the application that is not registered, with the context manager of Sentry', async () => {
    const { truth, exported } = await runApp('sentry-10', ['sentry.cjs', 'beside'], [])
    expectTrueAttributes(exported, truth)
  })

  test("what Sentry sends of the SDK's spans", async () => {
    const options = JSON.stringify({ openTelemetryBasicTracerProvider: true })
    const { truth, exported, warnings } = await runApp('sentry-10', ['sentry.cjs', 'theirs', options])
    expectTrueAttributes(exported, truth)
    expect(warnings).toEqual([])
  })
})

for (const name of ['datadog-5', 'datadog-6']) {
  describeVendor(name, () => {
    test("the spans of the application's own provider", async () => {
      const { truth, exported, warnings } = await runApp(name, ['datadog.cjs', 'own'])
      expectTrueAttributes(exported, truth)
      expect(warnings).toEqual([])
    })

    test('spans of its own kind are one warning, and go on without attributes', async () => {
      const { warnings, ...printed } = await runApp(name, ['datadog.cjs', 'theirs'])
      expect(warnings).toEqual([expect.stringMatching(/^Warning: spanmeter: .* of an unknown kind \(Span\)/)])
      const bare = await runApp(name, ['datadog.cjs', 'theirs'], [])
      expect(names(printed)).toEqual(names(bare))
      expect(printed.exported.length).toBeGreaterThan(0)
      for (const { attributes } of printed.exported) expect(attributes).not.toHaveProperty(['resource.samples'])
    })
  })
}

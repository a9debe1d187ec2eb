import { expect, test, vi } from 'vitest'
import { newestFor, obstacle, placeApps, runBeside, sdks } from './helpers/sdks'

// What tracing costs, on each line of the OpenTelemetry SDK.

vi.setConfig({ testTimeout: 60_000 })

interface Printed {
  truth: { end: number; export: number }
  measured: Record<string, number>
  scopes: string[]
  queuedBytes: number
  exportingBytes: number
  spans: { started: number; ended: number; exported: number }
}

for (const sdk of sdks.filter(({ packages }) => '@opentelemetry/context-async-hooks' in packages)) {
  const { skip, why } = obstacle(sdk)
  test.skipIf(skip)(`SDK ${sdk.name}: each component has what it used${why}`, async () => {
    const folder = placeApps(sdk, 'cost')
    const printed = await runBeside<Printed>(folder, newestFor(sdk)!.path!, ['cost.cjs'])
    const { truth, measured, scopes, queuedBytes, exportingBytes, spans } = printed
    for (const part of ['end', 'export'] as const) {
      expect(measured[part], part).toBeGreaterThan(0.97 * truth[part])
      expect(measured[part], part).toBeLessThan(1.05 * truth[part] + 10)
    }
    expect(measured.start).toBeGreaterThan(0)
    expect(measured.record).toBeGreaterThan(0)
    expect(scopes).toEqual(['app'])
    expect(queuedBytes).toBeGreaterThan(30 * 500)
    expect(queuedBytes).toBeLessThan(30 * 5000)
    expect(exportingBytes).toBe(0)
    expect(spans).toEqual({ started: 30, ended: 30, exported: 30 })
  })
}

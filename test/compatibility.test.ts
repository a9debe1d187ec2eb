import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { expectTrueAttributes, type SpanTruth } from './helpers/attributes'
import { packageRoot } from './helpers/child'
import { nodeVersions } from './helpers/nodes'
import { OtlpReceiver, type ReceivedSpan } from './helpers/otlp'
import { allows, newestFor, obstacle, runBeside, sdks } from './helpers/sdks'

// Each way to attach, on each line of the OpenTelemetry SDK and each version of Node.js, for CommonJS and ECMAScript
// modules. What ran is left for docs/compatibility.md.

vi.setConfig({ maxConcurrency: 3 })

interface Printed {
  truth: Record<string, SpanTruth>
  /** By exporter, where the application keeps what it exports. */
  exported?: ReceivedSpan[][]
}

const lines = sdks.filter(({ packages }) => '@opentelemetry/context-async-hooks' in packages)
const formats = { CommonJS: 'cjs', ECMAScript: 'mjs' }
const cells = lines.flatMap((sdk) =>
  Object.entries(formats).flatMap(([modules, extension]) =>
    nodeVersions.map((node) => ({ sdk, modules, extension, node, result: 'did not run' })),
  ),
)

const report = join(packageRoot, 'build/matrix.json')
// At once: where everything is skipped, nothing below runs.
rmSync(report, { force: true })

afterAll(() => {
  const results = cells.map(({ sdk, modules, node, result }) => ({
    sdk: sdk.packages['@opentelemetry/context-async-hooks'],
    api: sdk.packages['@opentelemetry/api'],
    ...{ modules, node: node.major, result },
  }))
  mkdirSync(join(packageRoot, 'build'), { recursive: true })
  writeFileSync(report, JSON.stringify(results, undefined, 2))
})

/** Runs an application that exports by OTLP; with what arrived. */
async function runExporting(folder: string, node: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await using receiver = await OtlpReceiver.start()
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...env }
  const { truth } = await runBeside<Printed>(folder, node, args, settings)
  return { truth, spans: receiver.spans, types: new Set(receiver.requests.map(({ type }) => type)) }
}

for (const cell of cells) {
  const { sdk, modules, extension, node } = cell
  const name = `SDK ${sdk.name}, ${modules}, ${node.name}`
  const { skip, why } = obstacle(sdk, node)
  if (sdk.present && !allows(sdk, node)) cell.result = `impossible, it asks for Node.js ${sdk.engines}`

  describe.skipIf(skip).concurrent(name + why, () => {
    const [folder, program] = [join(sdk.folder, 'app'), node.path!]
    const app = (name: string) => `${name}.${extension}`
    let passed = 0

    test('spanmeter/register in front of an application', async () => {
      const { exported, truth } = await runBeside<Printed>(folder, program, [
        ...['--import', 'spanmeter/register'],
        app('app'),
      ])
      expect(exported).toHaveLength(2)
      for (const spans of exported!) expectTrueAttributes(spans, truth)
      passed++
    })

    test('spanmeter/register in front of NodeSDK', async () => {
      const { spans, truth, types } = await runExporting(folder, program, [
        '--require',
        'spanmeter/register',
        app('sdk'),
      ])
      expectTrueAttributes(spans, truth)
      expect(types).toEqual(new Set(['application/x-protobuf']))
      passed++
    })

    test('SpanmeterInstrumentation in NodeSDK', async () => {
      const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }
      const { spans, truth, types } = await runExporting(folder, program, [app('instrumented')], env)
      expectTrueAttributes(spans, truth)
      expect(types).toEqual(new Set(['application/json']))
      passed++
    })

    test('ResourceSpanProcessor', async () => {
      const { exported, truth } = await runBeside<Printed>(folder, program, [app('by-hand')])
      expectTrueAttributes(exported![0]!, truth)
      passed++
    })

    afterAll(() => {
      if (passed === 4) cell.result = 'passed'
    })
  })
}

for (const sdk of lines.filter(({ name }) => name === '2.12' || name === '3.1')) {
  const { skip, why } = obstacle(sdk)

  test.skipIf(skip)(`SDK ${sdk.name}, set up by OTEL_CONFIG_FILE${why}`, async () => {
    const args = ['--import', 'spanmeter/register', 'declared.cjs']
    const env = { OTEL_CONFIG_FILE: 'declared.yaml' }
    const { spans, truth } = await runExporting(join(sdk.folder, 'app'), newestFor(sdk)!.path!, args, env)
    expectTrueAttributes(spans, truth)
  })
}

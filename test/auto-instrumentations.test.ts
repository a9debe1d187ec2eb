import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { closeTo, defaultsOf } from './helpers/attributes'
import { nodeVersions } from './helpers/nodes'
import { OtlpReceiver } from './helpers/otlp'
import { newestFor, obstacle, type Sdk, sdks } from './helpers/sdks'
import { Service } from './helpers/service'

// Services as users write them, started with OpenTelemetry's automatic instrumentation, its own exporter, and us.

vi.setConfig({ maxConcurrency: 2 })

const auto = '@opentelemetry/auto-instrumentations-node/register'
const ours = 'spanmeter/register'
const orders = [
  ['--require', auto, '--import', ours],
  ['--import', ours, '--import', auto],
  ['--import', auto, '--import', ours],
  ['--require', ours, '--require', auto],
]
const services = ['express.cjs', 'express.mjs', 'fastify.cjs', 'fastify.mjs']
const sets = sdks.filter(({ packages }) => '@opentelemetry/auto-instrumentations-node' in packages)
// Each service meets each order, on one version of Node.js or another.
const cells = nodeVersions.flatMap((node, row) =>
  services.map((service, column) => ({ node, service, flags: orders[(row + column) % orders.length]! })),
)

/** Long enough that what a service does beside it does not count. */
const lastPath = '/burn/200'

/** Starts a service, asks it to work, and ends it. */
async function serve(sdk: Sdk, node: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await using receiver = await OtlpReceiver.start()
  // The detectors of clouds would wait for answers that nobody gives here.
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_NODE_RESOURCE_DETECTORS: 'env,process' }
  await using service = await Service.start(join(sdk.folder, 'app'), node, args, { ...settings, ...env })
  for (let i = 0; i < 3; i++) await service.get('/burn/20')
  const { usedMs } = await service.get<{ usedMs: number }>(lastPath)
  expect(await service.end()).toEqual({ code: 0, stderr: '' })
  return { usedMs, spans: receiver.spans, types: new Set(receiver.requests.map(({ type }) => type)) }
}

/** Expects attributes on every span, and true ones on the span in which the last request was handled. */
function expectServed({ usedMs, spans }: Awaited<ReturnType<typeof serve>>): void {
  expect(spans.filter(({ name }) => name.startsWith('GET'))).toHaveLength(4)
  for (const span of spans) defaultsOf(span)
  const asked = spans.find(({ attributes }) => Object.values(attributes).includes(lastPath))
  const those = spans.filter(({ traceId }) => traceId === asked?.traceId).map(defaultsOf)
  const handled = those.reduce((most, each) => (each['cpu.self_ms']! > most['cpu.self_ms']! ? each : most))
  expect(handled['cpu.self_ms'], `of ${usedMs} ms`).toSatisfy(closeTo(usedMs))
  expect(handled['cpu.time_ms']).toBeGreaterThanOrEqual(usedMs)
}

for (const sdk of sets) {
  describe.concurrent(`SDK ${sdk.name} with ${auto}`, () => {
    for (const { node, service, flags } of cells) {
      const { skip, why } = obstacle(sdk, node)
      test.skipIf(skip)(`${node.name}, ${service}, ${flags.join(' ')}${why}`, async () => {
        const served = await serve(sdk, node.path!, [...flags, service])
        expect(served.types).toEqual(new Set(['application/x-protobuf']))
        expectServed(served)
      })
    }

    const { skip, why } = obstacle(sdk)
    test.skipIf(skip)(`as JSON${why}`, async () => {
      const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }
      const served = await serve(sdk, newestFor(sdk)!.path!, ['--import', auto, '--import', ours, 'express.cjs'], env)
      expect(served.types).toEqual(new Set(['application/json']))
      expectServed(served)
    })
  })
}

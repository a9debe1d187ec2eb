/** A thread with a provider and a processor of its own, that works for a while and ends without putting them away. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { ResourceSpanProcessor } from 'spanmeter/otel'

const spans = 100

async function main(): Promise<void> {
  const provider = new NodeTracerProvider({ spanProcessors: [new ResourceSpanProcessor()] })
  provider.register()
  const tracer = provider.getTracer('worker')
  for (let i = 0; i < spans; i++) {
    await tracer.startActiveSpan('work', async (span) => {
      await sleep(1)
      span.end()
    })
  }
}

main()

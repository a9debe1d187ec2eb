/** A thread with a provider of its own, that works for a while and ends without putting it away. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const spans = 100

async function main(): Promise<void> {
  const provider = new NodeTracerProvider()
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

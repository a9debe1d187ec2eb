import { context, type Span, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createMonitor } from 'spanmeter'
import { ResourceSpanProcessor } from 'spanmeter/otel'
import { expect, test } from 'vitest'
import { closeTo } from './helpers/attributes'
import { burn } from './helpers/cpu.cjs'
import { key } from './helpers/processor'
import { Tracing } from './helpers/tracing'

test('an end that was not given, but announced late, takes nothing off the own time', async () => {
  // Samples are so far apart that they spread over the delay what was used before it.
  using monitor = createMonitor({ backend: 'native', periodMs: 500, whenIdle: 'sample' }).start()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  const processor: Required<Pick<SpanProcessor, 'onEnding'>> & SpanProcessor = new ResourceSpanProcessor({ monitor })
  const announce = processor.onEnding.bind(processor)
  processor.onEnding = (ended) => {
    // As a thread that others keep from running.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80)
    announce(ended)
  }
  const tracing = new Tracing(processor)
  let othersMs = 0
  let ownMs = 0
  const work = (span: Span) => {
    othersMs = burn(20)
    ownMs = context.with(trace.setSpan(context.active(), span), () => burn(20))
  }
  await tracing.attributes(work) // Compilers are busy with what runs first.
  // Best of several: a thread that loses its CPU in the middle has more of its own than it burned.
  await expect
    .poll(async () => {
      const attributes = await tracing.attributes(work)
      return (
        closeTo(ownMs)(attributes[key('cpuSelf')] as number) &&
        closeTo(othersMs)(attributes[key('cpuOthers')] as number)
      )
    })
    .toBe(true)
  context.disable()
  await processor.shutdown()
})

/** Attaches to a tracer provider of the application's SDK, in a process of its own: nothing stays behind. */

import { createRequire } from 'node:module'
import { attach } from '../../sdk/provider.js'
import { answer } from './child.js'
import type { AttachTrial } from './report.js'

export type AttachOutcome = Omit<AttachTrial, 'sdk' | 'provider'>

interface Span {
  attributes: object
  end(): void
}
type ProviderClass = new (
  options: object,
) => {
  getTracer(name: string): { startSpan(name: string): Span }
}

function run(importer: string, name: string, className: string): AttachOutcome {
  // Loaded here, because the OpenTelemetry API may be missing where spanmeter is installed.
  const { ResourceSpanProcessor } =
    require('../../otel/span-processor.js') as typeof import('../../otel/span-processor.js')
  const Provider = (createRequire(importer)(name) as Record<string, ProviderClass>)[className]
  if (Provider === undefined) throw new Error(`${name} has no ${className}`)
  const provider = new Provider({})

  const processor = new ResourceSpanProcessor()
  let writesIn: AttachOutcome['writesIn'] = 'onEnd'
  const { onEnding } = processor
  processor.onEnding = (span) => {
    writesIn = 'onEnding'
    onEnding.call(processor, span)
  }
  const by = attach(provider, processor)
  if (by === false) throw new Error('a tracer provider of an unknown kind')
  const span = provider.getTracer('spanmeter').startSpan('trial')
  span.end()
  const attributes = Object.keys(span.attributes).filter((key) => key.startsWith('resource.')).length
  void processor.shutdown()
  if (attributes === 0) return { by, writesIn: null, attributes, error: 'the span got no attributes' }
  return { by, writesIn, attributes, error: null }
}

const [importer, name, className] = process.argv.slice(2)
try {
  answer(run(importer!, name!, className!))
} catch (error) {
  const [why = ''] = (error as Error).message.split('\n')
  answer({ by: null, writesIn: null, attributes: 0, error: why } satisfies AttachOutcome)
}

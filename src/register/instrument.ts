/** `spanmeter run --instrument`: spans for a program that has OpenTelemetry's automatic instrumentations, but no set-up. */

import { createRequire, register } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Set for the program by `spanmeter run`. */
export const instrumentVariable = 'SPANMETER_RUN_INSTRUMENT'

const instrumentations = '@opentelemetry/auto-instrumentations-node'

/**
 * Loads the program's own automatic instrumentations, with a tracer provider that exports nothing. Theirs of that purpose
 * is not loaded: it exports, and listens to SIGTERM without ending. Throws where the program does not have them.
 */
export function instrument(): void {
  const path = find()
  const load = createRequire(path)
  const { getNodeAutoInstrumentations } = load(instrumentations)
  const { NodeSDK } = load('@opentelemetry/sdk-node')
  // For what is imported, rather than required.
  register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(path))
  const options = { spanProcessors: [nowhere], autoDetectResources: false }
  new NodeSDK({ ...options, instrumentations: getNodeAutoInstrumentations() }).start()
}

/** With no processor at all the SDK would set up what the environment says, or nothing. */
const nowhere = {
  onStart(): void {},
  onEnd(): void {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

function find(): string {
  for (const folder of [dirname(process.argv[1] ?? ''), process.cwd()]) {
    try {
      return createRequire(join(folder, 'program.js')).resolve(instrumentations)
    } catch {}
  }
  throw new Error(`the program has no ${instrumentations}`)
}

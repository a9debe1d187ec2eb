/**
 * `node --import spanmeter/register app.js`, or `--require`: writes onto the spans of the application what they cost,
 * whatever tracer provider it registers, and serves metrics if a port is given for them. Configured by the environment.
 * Never throws into the application, and loads nothing into one that neither uses OpenTelemetry nor configures this.
 *
 * The same file for `import`: Node.js reads an ES module asynchronously, and starts threads for it.
 */

import { whenApiIsUsed } from '../sdk/api-global.js'
import type { DropIn } from './drop-in.js'

/** The variables that may ask for something before a tracer provider is registered, if only for a warning. */
const telling = /^(SPANMETER_|RESOURCE_ATTRIBUTION_|OTEL_SDK_DISABLED$|NODE_DEBUG$)/

let dropIn: DropIn | undefined

function load(): DropIn {
  const { DropIn } = require('./drop-in.js') as typeof import('./drop-in.js')
  dropIn ??= new DropIn()
  return dropIn
}

/** A host may forbid to read the environment. The application must start all the same. */
function orWarn(work: () => void): void {
  try {
    work()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    process.emitWarning(`spanmeter: spans go without resource attributes: ${why}`)
  }
}

orWarn(() => {
  if (Object.keys(process.env).some((name) => telling.test(name))) load()
  whenApiIsUsed((api) => orWarn(() => load().attachTo(api)))
})

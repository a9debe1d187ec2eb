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

/**
 * Key of the folder of the first copy of this package that was loaded so. Another one, as of a dependency of the application,
 * leaves all to it.
 */
const first = Symbol.for('spanmeter.register.1')

/** Whether this is the first copy in this realm. */
function isFirst(): boolean {
  const folder: unknown = Reflect.get(globalThis, first)
  if (folder === undefined) {
    Reflect.defineProperty(globalThis, first, { value: __dirname })
    return true
  }
  const { debuglog } = require('node:util') as typeof import('node:util')
  debuglog('spanmeter')(
    'spanmeter/register in %s leaves all to the one that was loaded first, in %s',
    __dirname,
    folder,
  )
  return false
}

orWarn(() => {
  if (!isFirst()) return
  if (Object.keys(process.env).some((name) => telling.test(name))) load()
  whenApiIsUsed((api) => orWarn(() => load().attachTo(api)))
})

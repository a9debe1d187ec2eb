/**
 * What copies of this package know of each other's span processors, as of an application and of one of its dependencies. The
 * number grows with every change of what stands under the symbol.
 */

import { dirname } from 'node:path'
import { debuglog } from 'node:util'

const debug = debuglog('spanmeter')
const here = dirname(__dirname)

/** Key of what a processor measures, on the processor. */
export const measuring = Symbol.for('spanmeter.measuring.1')

export interface Measuring {
  /** The name of an attribute that it writes, by which it is known whether another writes the same ones. */
  readonly attribute: string
  /** Where its copy of this package is. */
  readonly folder: string
}

/** What a processor of this copy says of itself. */
export function measuringOf(attribute: string): Measuring {
  return { attribute, folder: here }
}

/** Whether another copy's processor, one of these, writes this attribute already. Says so where NODE_DEBUG asks for it. */
export function isMeasuredElsewhere(processors: readonly object[], attribute: string): boolean {
  const found = processors.map((other) => (other as { [measuring]?: Measuring })[measuring])
  const first = found.find((other) => other?.attribute === attribute)
  if (first === undefined) return false
  debug('another copy of spanmeter, in %s, writes the attributes of spans; this one is in %s', first.folder, here)
  return true
}

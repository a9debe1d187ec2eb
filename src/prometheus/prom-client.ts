import { createRequire } from 'node:module'
import { join } from 'node:path'

type PromClient = typeof import('prom-client')

/**
 * The copy that the application itself loads, which holds its global registry; else the one that is installed beside this
 * package. Throws a `TypeError` where there is none.
 */
export function promClientOfApplication(): PromClient {
  for (const file of [process.argv[1], join(process.cwd(), 'index.js')]) {
    try {
      if (file !== undefined) return createRequire(file)('prom-client')
    } catch {
      // It is not installed there.
    }
  }
  try {
    return require('prom-client')
  } catch (cause) {
    throw new TypeError('register must be given where prom-client is not installed, got undefined', { cause })
  }
}

import { createRequire } from 'node:module'
import { join } from 'node:path'

type PromClient = typeof import('prom-client')

/** The copy that the application itself loads, which holds its global registry; ours where it has none. */
export function promClientOfApplication(): PromClient {
  for (const file of [process.argv[1], join(process.cwd(), 'index.js')]) {
    try {
      if (file !== undefined) return createRequire(file)('prom-client')
    } catch {
      // Not there.
    }
  }
  return require('prom-client')
}

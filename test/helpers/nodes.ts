import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './child'

export interface NodeVersion {
  major: number
  /** As the name of a test. */
  name: string
  /** Its program; undefined if it is not there. */
  path: string | undefined
}

const own = `Node.js ${process.versions.node.split('.')[0]}`

/** The versions that the package must work on: the one that runs the tests, and what `npm run nodes` fetched. */
export const nodeVersions: readonly NodeVersion[] = [20, 22, 24, 26].map((major) => {
  const name = `Node.js ${major}`
  const path = join(packageRoot, `build/nodes/node_modules/node${major}/bin/node`)
  if (name === own) return { major, name, path: process.execPath }
  if (existsSync(path)) return { major, name, path }
  return { major, name: `${name} (skipped: run \`npm run nodes\` first)`, path: undefined }
})

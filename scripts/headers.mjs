/** Where the headers of Node.js are, so that a build need not fetch them. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The folder to give node-gyp as `nodedir`: the one that Node.js is installed in, if its headers are there as well, as
 * they are with its own archives, nvm and distributions. Undefined if there are none, or those of another version.
 */
export function nodedirBeside(execPath = process.execPath, version = process.versions.node) {
  const nodedir = join(dirname(execPath), '..')
  const headers = join(nodedir, 'include/node')
  // node-gyp reads it, but not everybody ships it.
  if (!existsSync(join(headers, 'common.gypi'))) return undefined
  return versionIn(join(headers, 'node_version.h')) === version ? nodedir : undefined
}

function versionIn(file) {
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => text.match(`#define NODE_${part}_VERSION (\\d+)`)?.[1])
  return parts.join('.')
}

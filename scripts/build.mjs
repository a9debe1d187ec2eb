/**
 * Builds the addon for this machine, against the headers beside the Node.js that runs this:
 *   npm run build:native
 * Where there are none, against those of the `nodedir` in npm's configuration, which goes first, or those that node-gyp
 * fetches. Not by the script of the package itself: Yarn brings node-gyp, and all it needs, to everybody who installs a
 * package whose scripts name it.
 */
import { spawnSync } from 'node:child_process'
import { nodedirBeside } from './headers.mjs'
import { whyNotBuilt } from './why-not-built.mjs'

const env = { JOBS: 'max', ...process.env }
const nodeGyp = (...args) => spawnSync('node-gyp', args, { stdio: 'inherit', env }).status === 0

const nodedir = env.npm_config_nodedir || nodedirBeside()
// A step of its own, so that a failure to fetch them can be told apart from all others.
const headers = nodedir !== undefined || nodeGyp('install', '--ensure')
const options = nodedir === undefined ? [] : [`--nodedir=${nodedir}`]
if (!headers || !nodeGyp('configure', 'build', ...options)) {
  console.error(`\n${whyNotBuilt({ headers, nodedir })}`)
  process.exitCode = 1
}

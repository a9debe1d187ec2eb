/**
 * Builds the addon for this machine:
 *   npm run build:native
 * Not by the script itself: Yarn brings node-gyp, and all it needs, to everybody who installs a package whose scripts
 * name it.
 */
import { spawnSync } from 'node:child_process'

const { status, error } = spawnSync('node-gyp', ['configure', 'build'], { stdio: 'inherit' })
if (error) throw error
process.exitCode = status ?? 1

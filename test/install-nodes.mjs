/**
 * Puts other versions of Node.js under build/nodes, from npm, for the tests that run on each of them:
 *   node test/install-nodes.mjs
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const majors = [20, 22, 24, 26]
const folder = fileURLToPath(new URL('../build/nodes', import.meta.url))
const binaries = majors.map((major) => `node${major}@npm:node-${process.platform}-${process.arch}@${major}`)

mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true }))
const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
execFileSync('npm', ['install', ...options, ...binaries], { cwd: folder, stdio: 'inherit' })

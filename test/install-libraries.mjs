/**
 * Puts libraries that share connections among their callers, and their instrumentations, under build/libraries, for the
 * tests of whose CPU their work is:
 *   npm run libraries
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../build/libraries', import.meta.url))
const dependencies = JSON.parse(readFileSync(new URL('libraries.json', import.meta.url), 'utf8'))

mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, dependencies }))
const options = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
execFileSync('npm', ['install', ...options], { cwd: folder, stdio: 'inherit' })

/**
 * Puts each line of the OpenTelemetry SDK into a folder of its own under build/sdks, for the tests that run on each:
 *   npm run sdks
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const folder = fileURLToPath(new URL('../build/sdks', import.meta.url))
const sdks = JSON.parse(readFileSync(new URL('sdks.json', import.meta.url), 'utf8'))
const options = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']

async function install({ name, packages }) {
  const home = `${folder}/${name}`
  mkdirSync(home, { recursive: true })
  writeFileSync(`${home}/package.json`, JSON.stringify({ private: true, dependencies: packages }))
  await promisify(execFile)('npm', ['install', ...options], { cwd: home })
}

await Promise.all(sdks.map(install))

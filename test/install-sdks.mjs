/**
 * Puts each line of the OpenTelemetry SDK into a folder of its own under build/sdks, and tracers of other vendors under
 * build/vendors, for the tests that run on each:
 *   npm run sdks
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const build = fileURLToPath(new URL('../build', import.meta.url))
const options = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']

async function install(home, packages, ...more) {
  mkdirSync(home, { recursive: true })
  writeFileSync(`${home}/package.json`, JSON.stringify({ private: true, dependencies: packages }))
  await promisify(execFile)('npm', ['install', ...options, ...more], { cwd: home })
}

const listed = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

await Promise.all([
  ...listed('sdks.json').map(({ name, packages }) => install(`${build}/sdks/${name}`, packages)),
  // What is optional to them are profilers and firewalls.
  ...listed('vendors.json').map(({ name, packages }) =>
    install(`${build}/vendors/${name}`, packages, '--omit=optional'),
  ),
])

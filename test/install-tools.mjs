/**
 * Puts package managers, bundlers and Bun under build/tools, and test frameworks under build/frameworks, for the tests of
 * the package as users install it:
 *   npm run tools
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../build', import.meta.url))
const tools = [
  'npm10@npm:npm@10.9.9',
  'npm11@npm:npm@11.21.2',
  'pnpm10@npm:pnpm@10.34.9',
  'pnpm12@npm:pnpm@12.21.0',
  'yarn1@npm:yarn@1.22.22',
  'yarn4@npm:@yarnpkg/cli-dist@4.18.1',
  'esbuild@0.28.2',
  'webpack@5.112.2',
  '@vercel/nft@1.11.5',
  `bun@npm:@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x64'}@1.4.5`,
]
// With what the files of tests import, since they are beside them.
const frameworks = [
  'jest@30.5.2',
  'vitest@5.1.2', // before, its pools of realms collect none
  '@opentelemetry/api@1.9.1',
  '@opentelemetry/sdk-trace-node@2.12.0',
  'node-gyp-build@4.8.4',
  '@sinonjs/fake-timers@15.5.0', // which both of them have, in some version
]

const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']

function install(name, packages) {
  const folder = `${build}/${name}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true }))
  execFileSync('npm', ['install', ...options, ...packages], { cwd: folder, stdio: 'inherit' })
}

install('tools', tools)
install('frameworks', frameworks)

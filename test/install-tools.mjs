/**
 * Puts package managers, bundlers and Bun under build/tools, for the tests of the package as users install it:
 *   npm run tools
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../build/tools', import.meta.url))
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

mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true }))
const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
execFileSync('npm', ['install', ...options, ...tools], { cwd: folder, stdio: 'inherit' })

import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import fetched from '../sdks.json'
import fetchedVendors from '../vendors.json'
import { packageRoot, run } from './child'
import { type NodeVersion, nodeVersions } from './nodes'

/** A set of packages that `npm run sdks` fetches. */
export interface Fetched {
  /** Its line, such as `2.12`. */
  name: string
  /** Where its packages are installed. */
  folder: string
  /** Whether `npm run sdks` was run. */
  present: boolean
  packages: Readonly<Record<string, string>>
  /** The versions of Node.js that it asks for. */
  engines: string
}

export interface Sdk extends Fetched {
  major: number
}

/** `main`: the package that says which versions of Node.js it asks for. */
function fetchedTo(folder: string, name: string, packages: Record<string, string>, main: string): Fetched {
  const manifest = join(folder, 'node_modules', main, 'package.json')
  const present = existsSync(manifest)
  const engines = present ? JSON.parse(readFileSync(manifest, 'utf8')).engines.node : ''
  return { name, folder, present, packages, engines }
}

/** The lines of the SDK. */
export const sdks: readonly Sdk[] = fetched.map(({ name, packages }) => ({
  ...fetchedTo(
    join(packageRoot, 'build/sdks', name),
    name,
    packages as Record<string, string>,
    '@opentelemetry/sdk-node',
  ),
  major: Number.parseInt(name, 10),
}))

/** Tracers of other vendors, each beside the SDK. */
export const vendors: readonly Fetched[] = fetchedVendors.map(({ name, packages }) => {
  const main = name.startsWith('sentry') ? '@sentry/node' : 'dd-trace'
  return fetchedTo(join(packageRoot, 'build/vendors', name), name, packages as Record<string, string>, main)
})

/** Whether an SDK asks for no newer Node.js. */
export function allows({ engines }: Fetched, { major }: NodeVersion): boolean {
  return engines.split('||').some((range) => Number(/^>=(\d+)/.exec(range.trim())?.[1]) <= major)
}

/** The newest Node.js here that an SDK can be tested on. */
export function newestFor(sdk: Fetched): NodeVersion | undefined {
  return nodeVersions.findLast((node) => node.path !== undefined && allows(sdk, node))
}

/** Why an SDK cannot be tested on a version of Node.js, as the end of a test's name, unless the name says so already. */
export function obstacle(sdk: Fetched, node = newestFor(sdk)): { skip: boolean; why: string } {
  if (!sdk.present) return { skip: true, why: ' (skipped: run `npm run sdks` first)' }
  if (node === undefined) return { skip: true, why: ' (skipped: run `npm run nodes` first)' }
  if (!allows(sdk, node)) return { skip: true, why: ` (skipped: it asks for Node.js ${sdk.engines})` }
  return { skip: node.path === undefined, why: '' }
}

/** Unpacks a tarball of this package, with the addon built here, into a folder of packages. */
export function installPackage(nodeModules: string, tarball: string): void {
  const home = join(nodeModules, 'spanmeter')
  rmSync(home, { recursive: true, force: true })
  mkdirSync(join(home, 'build/Release'), { recursive: true })
  execFileSync('tar', ['-xf', tarball, '--strip-components=1'], { cwd: home })
  copyFileSync(join(packageRoot, 'build/Release/spanmeter.node'), join(home, 'build/Release/spanmeter.node'))
}

/** Puts the applications of test/fixtures/sdks beside the packages of an SDK. Returns their folder. */
export function placeApps(sdk: Sdk, name = 'app'): string {
  const folder = join(sdk.folder, name)
  const fixtures = join(packageRoot, 'test/fixtures/sdks')
  cpSync(fixtures, folder, { recursive: true })
  copyFileSync(join(packageRoot, 'test/helpers/cpu.cjs'), join(folder, 'cpu.cjs'))
  for (const kind of ['cjs', 'mjs']) {
    copyFileSync(join(fixtures, `setup-${sdk.major < 3 ? 2 : 3}.${kind}`), join(folder, `setup.${kind}`))
  }
  return folder
}

/** Puts the applications of test/fixtures/vendors beside the packages of a vendor. */
export function placeVendorApps({ folder }: Fetched): void {
  const app = join(folder, 'app')
  const [fixtures, shared] = ['vendors', 'sdks'].map((name) => join(packageRoot, 'test/fixtures', name)) as [
    string,
    string,
  ]
  cpSync(fixtures, app, { recursive: true })
  for (const file of ['exporter.cjs', 'work.cjs']) copyFileSync(join(shared, file), join(app, file))
  copyFileSync(join(packageRoot, 'test/helpers/cpu.cjs'), join(app, 'cpu.cjs'))
}

/** Runs an application beside the packages of an SDK, and returns what it printed, which is JSON. */
export async function runBeside<T>(
  folder: string,
  node: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<T> {
  const { code, stdout, stderr } = await run(node, args, env, 100_000, folder)
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

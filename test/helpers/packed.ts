import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packageRoot } from './child'
import { installPackage, placeApps, placeVendorApps, sdks, vendors } from './sdks'

export interface Packed {
  /** The path of the tarball. */
  filename: string
  /** Of that, in bytes. */
  size: number
  files: { path: string }[]
}

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed
  }
}

/**
 * Before all tests of the packed package: packs it once, which `inject('packed')` describes to them, and installs it
 * beside the packages of each SDK and of each other vendor.
 */
export default function setUp(project: TestProject): void {
  const packed = pack(join(packageRoot, 'build/packed'))
  project.provide('packed', packed)
  for (const sdk of sdks.filter(({ present }) => present)) {
    installPackage(join(sdk.folder, 'node_modules'), packed.filename)
    placeApps(sdk)
  }
  for (const vendor of vendors.filter(({ present }) => present)) {
    installPackage(join(vendor.folder, 'node_modules'), packed.filename)
    placeVendorApps(vendor)
  }
}

/** What `npm pack` makes of the package, in a folder. */
function pack(folder: string): Packed {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const options = ['--json', '--ignore-scripts', `--pack-destination=${folder}`]
  const [packed] = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd: packageRoot, encoding: 'utf8' }))
  return { ...packed, filename: join(folder, packed.filename) }
}

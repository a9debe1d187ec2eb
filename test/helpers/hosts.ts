import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './child'
import { nodeVersions } from './nodes'

export interface Host {
  /** As the name of a test. */
  name: string
  /** The prebuilt binary that it must take. */
  binary: string
  /** How to start it; undefined if something for it is not there. */
  command: readonly string[] | undefined
}

const folder = join(packageRoot, 'build/hosts')
const programs = `${folder}/node_modules`
const qemu = '/usr/bin/qemu-aarch64'

function foreign(name: string, binary: string, command: readonly string[]): Host {
  const there = command.filter((word) => word.startsWith('/')).every((path) => existsSync(path))
  if (there) return { name, binary, command }
  return { name: `${name} (skipped: run \`npm run hosts\` first)`, binary, command: undefined }
}

/** Whatever can run the prebuilt binaries here; for musl Bun, since npm has no Node.js for it. */
export const prebuildHosts: readonly Host[] = [
  ...nodeVersions.map(({ name, path }) => ({
    name: `${name} on ${process.arch} with glibc`,
    binary: `/prebuilds/linux-${process.arch}/spanmeter.glibc.node`,
    command: path === undefined ? undefined : [path],
  })),
  // It has no libuv.
  foreign('Deno on x64 with glibc', '/prebuilds/linux-x64/spanmeter.glibc.node', [
    ...[`${programs}/deno/deno`, 'run', '--allow-all'],
  ]),
  foreign('Node.js 24 on arm64 with glibc', '/prebuilds/linux-arm64/spanmeter.glibc.node', [
    ...[qemu, '-L', '/usr/aarch64-linux-gnu'],
    `${programs}/node-arm64/bin/node`,
  ]),
  foreign('Bun on x64 with musl', '/prebuilds/linux-x64/spanmeter.musl.node', [
    ...[`${folder}/musl-x64/lib/ld-musl-x86_64.so.1`, '--library-path', `${folder}/musl-x64`],
    `${programs}/bun-x64/bin/bun`,
  ]),
  foreign('Bun on arm64 with musl', '/prebuilds/linux-arm64/spanmeter.musl.node', [
    ...[qemu, `${folder}/musl-arm64/lib/ld-musl-aarch64.so.1`, '--library-path', `${folder}/musl-arm64`],
    `${programs}/bun-arm64/bin/bun`,
  ]),
]

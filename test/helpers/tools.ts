import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './child'

/** What `npm run tools` fetched: the path of a file there; undefined if it is not there. */
export function tool(file: string): string | undefined {
  const path = join(packageRoot, 'build/tools/node_modules', file)
  return existsSync(path) ? path : undefined
}

const machines = ['x64', 'arm64'].flatMap((arch) =>
  ['glibc', 'musl'].map((libc) => `prebuilds/linux-${arch}/spanmeter.${libc}.node`),
)
const complete = machines.every((file) => existsSync(join(packageRoot, file)))

/** Why what needs the prebuilt binaries and these tools cannot be tested, as the end of a test's name; empty if it can. */
export function whySkipped(...tools: readonly (string | undefined)[]): string {
  if (!complete) return ' (skipped: run `npm run prebuild` first)'
  return tools.includes(undefined) ? ' (skipped: run `npm run tools` first)' : ''
}

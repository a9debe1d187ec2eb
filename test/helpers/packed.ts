import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from './child'

export interface Packed {
  /** The path of the tarball. */
  filename: string
  /** Of that, in bytes. */
  size: number
  files: { path: string }[]
}

/** What `npm pack` makes of the package, in a folder. */
export function pack(folder: string): Packed {
  const options = ['--json', '--ignore-scripts', `--pack-destination=${folder}`]
  const [packed] = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd: packageRoot, encoding: 'utf8' }))
  return { ...packed, filename: join(folder, packed.filename) }
}

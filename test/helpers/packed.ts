import { execFileSync } from 'node:child_process'
import { packageRoot } from './child'

export interface Packed {
  filename: string
  /** Of the tarball, in bytes. */
  size: number
  files: { path: string }[]
}

/** What `npm pack` makes of the package, in a folder. */
export function pack(folder: string): Packed {
  const options = ['--json', '--ignore-scripts', `--pack-destination=${folder}`]
  const [packed] = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd: packageRoot, encoding: 'utf8' }))
  return packed
}

import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Installed {
  name: string
  version: string
  /** The real folder. */
  folder: string
  /** The file from which a `require` of the name leads there. */
  importer: string
}

/** The package that a file in `folder` would load by its name, whatever the package lets others see of itself. */
export function findPackage(name: string, folder: string): Installed | undefined {
  const importer = join(folder, 'package.json')
  const { resolve } = createRequire(importer)
  const candidates = [() => dirname(resolve(`${name}/package.json`))]
  for (const place of resolve.paths(name) ?? []) candidates.push(() => join(place, name))
  for (const candidate of candidates) {
    try {
      const found = realpathSync(candidate())
      const { version } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8')) as { version: unknown }
      if (typeof version === 'string') return { name, version, folder: found, importer }
    } catch {}
  }
  return undefined
}

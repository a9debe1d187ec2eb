import { homedir } from 'node:os'
import { basename, isAbsolute, join, relative, sep } from 'node:path'

export const packageRoot = join(__dirname, '../../..')

/** A message without the folders that would reveal names of users and projects. */
export function withoutFolders(text: string, cwd: string): string {
  const hide = (text: string, folder: string, name: string) =>
    folder.length > 1 ? text.replaceAll(folder, name) : text
  return hide(hide(text.replaceAll(packageRoot + sep, ''), cwd, '.'), homedir(), '~')
}

/** Where a file is, relative to a folder that it should be in. Of a path outside, only the package and its files. */
export function placeIn(folder: string, path: string): string {
  const inside = relative(folder, path)
  if (!inside.startsWith('..') && !isAbsolute(inside)) return inside || '.'
  const packages = path.indexOf('node_modules')
  return `${packages < 0 ? basename(path) : path.slice(packages)}, elsewhere`
}

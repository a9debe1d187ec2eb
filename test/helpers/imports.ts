import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { packageRoot } from './child'

export interface SourceFile {
  /** From the root of the repository. */
  path: string
  /** Files of ours that it imports or includes, types among them. */
  imports: string[]
}

const anyImport = /(?:\bfrom |\bimport |\bimport\(|\brequire\()'([^']+)'|^#include "([^"]+)"/gm

/** The source files below a folder, and what each imports. */
export function sourcesIn(folder: string): SourceFile[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(m?ts|cc|h)$/.test(name))
    .map((name) => readSource(posix.join(folder, name)))
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(packageRoot, path), 'utf8')
  const named = [...text.matchAll(anyImport)].map(([, module, header]) => ({ module, header }))
  const imports = named.flatMap(({ module, header }) => {
    if (header !== undefined) return [posix.join(posix.dirname(path), header)]
    return module!.startsWith('.') && !module!.endsWith('.json') ? [resolved(path, module!)] : []
  })
  return { path, imports }
}

/** TypeScript names what the compiler will have written. */
function resolved(from: string, module: string): string {
  return posix.join(posix.dirname(from), module.replace(/js$/, 'ts'))
}

/** Files that lead back to themselves, each circle as the way around it. */
export function circlesIn(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const finished = new Set<string>()
  const circles: string[] = []
  function visit(path: string, way: readonly string[]): void {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    else if (!finished.has(path)) {
      for (const next of byPath.get(path)?.imports ?? []) visit(next, [...way, path])
      finished.add(path)
    }
  }
  for (const { path } of files) visit(path, [])
  return circles
}

import { execFileSync } from 'node:child_process'

export interface Elf {
  machine: string
  sections: string[]
  /** The libraries that it is linked with. */
  needs: string[]
  /** The versions of symbols that it needs, such as `GLIBC_2.17`. */
  versions: string[]
  /** What it offers to others. */
  exports: string[]
}

/** What is in a binary, as readelf shows it. */
export function readElf(path: string): Elf {
  const ask = (...options: string[]) => execFileSync('readelf', ['--wide', ...options, path], { encoding: 'utf8' })
  const find = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found!)
  return {
    machine: find(ask('--file-header'), /Machine: +(.*)/g)[0]!,
    sections: find(ask('--sections'), /^ +\[ *\d+\] (\.\S+)/gm),
    needs: find(ask('--dynamic'), /\(NEEDED\).*\[(.*)\]/g),
    versions: find(ask('--version-info'), /Name: (\S+) +Flags/g),
    exports: find(ask('--dyn-syms'), / \d+ (\w+)$/gm),
  }
}

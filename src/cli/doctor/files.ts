import { readFileSync } from 'node:fs'

/** The content of a text file; empty if it cannot be read. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The value in a line `name: value`, as in /proc/self/status; undefined if there is none. */
export function field(text: string, name: string): string | undefined {
  const line = text.split('\n').find((line) => line.slice(0, line.indexOf(':')).trim() === name)
  return line?.slice(line.indexOf(':') + 1).trim()
}

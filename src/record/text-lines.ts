import { createReadStream } from 'node:fs'

/**
 * The lines of a file of JSON lines, also a last one without an end. From Node.js 24 on `node:readline` ends lines at
 * characters as well that JSON leaves in a text as they are.
 */
export async function* textLines(path: string): AsyncGenerator<string, void, void> {
  let last = ''
  for await (const piece of createReadStream(path, 'utf8')) {
    const [first, ...others] = (piece as string).split('\n') as [string, ...string[]]
    last += first
    for (const line of others) {
      yield last
      last = line
    }
  }
  if (last !== '') yield last
}

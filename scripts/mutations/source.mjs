/** The C++ sources of which mutations are made. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['native/core', 'native/binding']

/** Each source file of the core and the binding in a clone, as { file, text }. */
export function sources(root) {
  const named = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...folders], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = named
    .trim()
    .split('\n')
    .filter((file) => /\.(h|cc)$/.test(file))
  return files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
}

/** The text with spaces in the place of what comments say, so that offsets stay. */
export function withoutComments(text) {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
}

/** One line of code without what surrounds it, for people to find it by. */
export function lineAt(text, offset) {
  const begin = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  return text
    .slice(begin, end < 0 ? undefined : end)
    .replace(/\/\/.*/, '')
    .trim()
}

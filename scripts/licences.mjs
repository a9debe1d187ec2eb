/** Licences of libraries that are part of files of the package. They ask to be there with them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A comment with the licence of a library, which is in a folder. Throws where it has none. */
export function licenceComment(library) {
  const file = readdirSync(library).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) throw new Error(`${library} has no licence`)
  const name = library.replace(/^.*node_modules\//, '')
  return `/*! Contains ${name}.\n${readFileSync(join(library, file), 'utf8').trim()}\n*/`
}

/** A text with the licences of libraries, by name, each of which is in a file. */
export function licenceTexts(libraries) {
  const texts = Object.entries(libraries).map(([name, file]) => `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`)
  return ['The binaries contain parts of these libraries.\n', ...texts].join(`\n${'-'.repeat(80)}\n\n`)
}

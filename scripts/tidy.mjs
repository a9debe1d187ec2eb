/**
 * Runs clang-tidy over the core, or the files that are named:
 *   npm run lint:native
 * A file in which it has found nothing is not looked at again until it, a header of ours that it includes, the rules or
 * clang-tidy have changed: that is remembered in the user's cache, for every clone. Many files are looked at as one for
 * each CPU, since most of the time goes into the headers that they share.
 */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const flags = ['-std=c++20']
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spanmeter/clang-tidy')
const named = process.argv.slice(2)
const files = named.length > 0 ? named : sources()
const version = execFileSync('clang-tidy', ['--version'], { encoding: 'utf8' })
const rules = readFileSync('.clang-tidy', 'utf8')

mkdirSync(cache, { recursive: true })
const changed = files.map((file) => ({ file, mark: markOf(file) })).filter(({ mark }) => !existsSync(mark))
console.log(`${changed.length} of ${files.length} files have changed since clang-tidy found nothing in them`)
const count = Math.max(2, availableParallelism())
const parts = Array.from({ length: count }, (_, number) => changed.filter((_, i) => i % count === number))
await Promise.all(parts.map(look))

/** Looks at files as one, and where that finds something at each by itself, so that it says where. */
async function look(part, number) {
  if (part.length > 1 && (await run(joined(part, number))) === undefined) return remember(part)
  for (const each of part) {
    const found = await run(each.file)
    if (found === undefined) remember([each])
    else {
      console.error(`${each.file}:\n${found}`)
      process.exitCode = 1
    }
  }
}

/** What clang-tidy says of a file; undefined if it finds nothing. */
async function run(file) {
  try {
    await promisify(execFile)('clang-tidy', ['--quiet', '--config-file=.clang-tidy', file, '--', ...flags])
  } catch ({ stdout, stderr }) {
    return `${stdout}${stderr}`
  }
}

function remember(part) {
  for (const { mark } of part) writeFileSync(mark, '')
}

/** One file with the text of all: the analyzer does not enter the functions of what is only included. */
function joined(part, number) {
  const path = resolve(`build/tidy-${number}.cc`)
  const texts = part.map(({ file }) =>
    readFileSync(file, 'utf8').replaceAll(
      /^#include "(.+)"/gm,
      (_, included) => `#include "${resolve(dirname(file), included)}"`,
    ),
  )
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, texts.join('\n'))
  return path
}

function sources() {
  return execFileSync('git', ['ls-files', 'native/core/*.cc'], { encoding: 'utf8' }).trim().split('\n')
}

/** A file that is there if clang-tidy found nothing, named after all that decides what it finds. */
function markOf(file) {
  const hash = createHash('sha256')
  const texts = [...included(file)].map((path) => `${path}\n${readFileSync(path, 'utf8')}`)
  for (const part of [version, rules, ...flags, ...texts]) hash.update(`${part.length}\n${part}`)
  return join(cache, hash.digest('hex'))
}

/** A file, and all that it includes by a path of ours. */
function included(file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/^#include "(.+)"/gm))
    included(join(dirname(file), path), found)
  return found
}

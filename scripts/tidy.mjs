/**
 * Runs clang-tidy over the core, or the files that are named:
 *   npm run lint:native
 * A file in which it has found nothing is not looked at again until it, a header of ours that it includes, the rules or
 * clang-tidy have changed: that is remembered in the user's cache, for every clone.
 */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const flags = ['-std=c++20', '-fno-exceptions']
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spanmeter/clang-tidy')
const named = process.argv.slice(2)
const files = named.length > 0 ? named : sources()
const version = execFileSync('clang-tidy', ['--version'], { encoding: 'utf8' })
const rules = readFileSync('.clang-tidy', 'utf8')

mkdirSync(cache, { recursive: true })
const changed = files.map((file) => ({ file, mark: markOf(file) })).filter(({ mark }) => !existsSync(mark))
console.log(`${changed.length} of ${files.length} files have changed since clang-tidy found nothing in them`)
const open = [...changed]
await Promise.all(Array.from({ length: availableParallelism() }, look))

async function look() {
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    try {
      await promisify(execFile)('clang-tidy', ['--quiet', next.file, '--', ...flags])
      writeFileSync(next.mark, '')
    } catch ({ stdout, stderr }) {
      console.error(`${next.file}:\n${stdout}${stderr}`)
      process.exitCode = 1
    }
  }
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

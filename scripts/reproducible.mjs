/**
 * Builds the package twice from the sources, in folders of other names and lengths, and compares what comes out, byte by byte:
 *   npm run reproducible
 * With `-- --quick` without the binaries, which take minutes. No cache of compiled files is used. What was found of all is left
 * for docs/reliability.md.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { leaveResult } from './leave-result.mjs'

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const scratch = `${root}/build/reproducible`
const isQuick = process.argv.includes('--quick')

rmSync(scratch, { recursive: true, force: true })
const [first, second] = ['a', 'again/in-a-folder-of-another-length'].map(builtIn)
const different = differences(first, second)
if (different.length > 0) throw new Error(`these are not the same: ${different.join(', ')}; see ${scratch}`)
console.log(`${first.size} files are the same, byte by byte`)
if (!isQuick) {
  const bytes = [...first.values()].reduce((sum, { length }) => sum + length, 0)
  const binaries = [...first.keys()].filter((name) => name.endsWith('.node'))
  leaveResult('reproducible', 'npm run reproducible', {
    'files compared': first.size,
    'bytes compared': bytes,
    'binaries among them': binaries.length,
    differences: different.length,
  })
}
rmSync(scratch, { recursive: true })

/** The files of the package that is built in a folder. */
function builtIn(name) {
  const folder = copyTo(name)
  run(folder, 'npm', 'run', 'build:ts')
  if (!isQuick) run(folder, 'npm', 'run', 'prebuild')
  const packed = join(scratch, 'packed', name)
  mkdirSync(packed, { recursive: true })
  run(folder, 'npm', 'pack', '--ignore-scripts', `--pack-destination=${packed}`)
  const [archive] = readdirSync(packed)
  run(packed, 'tar', '-xf', archive)
  const entries = readdirSync(packed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name))
  return new Map(paths.map((path) => [relative(packed, path), readFileSync(path)]))
}

/** What git has, as it is here, with the packages that it is built with. */
function copyTo(name) {
  const folder = join(scratch, name)
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of list.toString().split('\0').filter(Boolean)) {
    cpSync(join(root, file), join(folder, file), { verbatimSymlinks: true })
  }
  // As hard links: they have a place of their own, which is what a compiler could put into what it writes.
  run(root, 'cp', '-al', 'node_modules', `${folder}/node_modules`)
  return folder
}

function run(cwd, command, ...args) {
  const { COMPILER_LAUNCHER: _, ...env } = process.env
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], env })
}

function differences(first, second) {
  const names = [...new Set([...first.keys(), ...second.keys()])]
  return names.filter((name) => !(second.get(name) !== undefined && first.get(name)?.equals(second.get(name))))
}

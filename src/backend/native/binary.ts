import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where the addon was loaded from, once it was. */
export let binaryPath: string | undefined

/** Loads the addon. Throws an `AggregateError`, whose message says in one line what was tried and why each failed. */
export function loadBinary(): unknown {
  const failures: string[] = []
  const errors: unknown[] = []
  for (const path of candidates()) {
    try {
      expectWhole(path)
      const addon = { exports: {} }
      // Not require(), which bundlers take for their own.
      process.dlopen(addon, path)
      binaryPath = path
      return addon.exports
    } catch (error) {
      const [why = ''] = String(error instanceof Error ? error.message : error).split('\n')
      failures.push(why.includes(path) ? why : `${path}: ${why}`)
      errors.push(error)
      // None is loaded, whichever it is.
      if ((error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_DISABLED') break
    }
  }
  throw new AggregateError(errors, failures.join('; ') || `there is none for ${process.platform}-${process.arch}`)
}

/** What was built here, if anything was, then what came with the package, then what somebody put elsewhere. */
function* candidates(): Generator<string> {
  if (process.platform !== 'linux') return
  const files = libcs().map((libc) => `linux-${process.arch}/spanmeter.${libc}.node`)
  if (isBundled()) {
    yield* files.map((file) => join(besideBundle(), 'prebuilds', file))
    return
  }
  // Where node-gyp and prebuildify put things. Spelled out, so that tools which gather the files of a deployment see what
  // belongs to it.
  const built = join(__dirname, '../../../build/Release/spanmeter.node')
  const prebuilds = join(__dirname, '../../../prebuilds')
  if (existsSync(built)) yield built
  const own = files.map((file) => join(prebuilds, file))
  yield* own
  const other = elsewhere()
  if (other !== undefined && other !== built && !own.includes(other)) yield other
}

/** Whether this is part of a file that a bundler made, where its neighbours are not beside it. */
function isBundled(): boolean {
  return typeof __dirname !== 'string' || !existsSync(join(__dirname, 'binding.js'))
}

/** The folder of the bundle, if no other was named. An ES module cannot know here where it is: that of the program, then. */
function besideBundle(): string {
  const own = typeof __dirname === 'string' ? __dirname : dirname(process.argv[1] ?? '')
  return process.env.SPANMETER_PREBUILD ?? own
}

/**
 * By the conventions of node-gyp-build: a debug build, SPANMETER_PREBUILD, or beside the executable. Last, since it knows
 * musl by /etc/alpine-release alone, takes the architecture from npm's environment, and having found a binary that does
 * not load it tries no other.
 */
function elsewhere(): string | undefined {
  try {
    const { path } = require('node-gyp-build') as { path(folder: string): string }
    return path(join(__dirname, '../../..'))
  } catch {
    return undefined
  }
}

/** The libc of this process: the one that is loaded, whatever else is installed. Both where it is not known. */
export function libcs(): string[] {
  try {
    const maps = readFileSync('/proc/self/maps', 'latin1')
    if (/\/(ld-musl-[^/\n]*|libc\.so)( |$)/m.test(maps)) return ['musl']
    if (/\/libc(\.so\.6|-2\.\d+\.so)( |$)/m.test(maps)) return ['glibc']
  } catch {}
  // Not known. glibc refuses what was made for musl, musl may seem to load what was made for glibc.
  return ['musl', 'glibc']
}

/** The system's loader does not notice when the end is missing: the process would die of it. */
function expectWhole(path: string): void {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(64)
    readSync(file, header, 0, 64, 0)
    // The table of sections is the last thing in a file of 64 bits.
    const end = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60)
    if (fstatSync(file).size < end) throw new Error('the file is damaged')
  } finally {
    closeSync(file)
  }
}

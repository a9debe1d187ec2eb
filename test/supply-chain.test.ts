import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from './helpers/child'
import { readElf } from './helpers/elf'

// What a release is made of, and how.

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')
const manifest = JSON.parse(read('package.json'))

describe('the lock file', () => {
  interface Locked {
    version: string
    integrity?: string
    resolved?: string
    dev?: boolean
    hasInstallScript?: boolean
    dependencies?: Record<string, string>
  }
  const { '': root, ...packages } = JSON.parse(read('package-lock.json')).packages as Record<string, Locked>
  const entries = Object.entries(packages)

  test('has a digest for each package, and no place that it must come from', () => {
    expect(entries.length).toBeGreaterThan(100)
    const bad = entries.filter(([, { integrity, resolved }]) => {
      return !/^sha512-[\w+/]{86}==$/.test(integrity ?? '') || resolved !== undefined
    })
    expect(bad).toEqual([])
  })

  test('is for the manifest as it is', () => {
    const { dependencies, devDependencies, peerDependencies } = manifest
    expect(root).toMatchObject({ dependencies, devDependencies, peerDependencies })
  })

  test('has no package that runs something at installation, but one that does without', () => {
    const scripts = entries.filter(([, { hasInstallScript }]) => hasInstallScript)
    // It looks for its binary, which is a package of its own. A release is built without that.
    expect(scripts.map(([path, { dev }]) => ({ path, dev }))).toEqual([{ path: 'node_modules/esbuild', dev: true }])
  })

  test('has for users two packages, which need no others', () => {
    const ofUsers = entries.filter(([path, { dev }]) => dev !== true && path in dependencyPaths)
    expect(ofUsers.map(([path]) => path).sort()).toEqual(Object.keys(dependencyPaths).sort())
    for (const [path, { dependencies }] of ofUsers) expect(dependencies, path).toBeUndefined()
  })
  const dependencyPaths = Object.fromEntries(
    Object.keys(manifest.dependencies).map((name) => [`node_modules/${name}`, 0]),
  )

  test('names packages by their digest where scripts fetch them', () => {
    expect(read('scripts/zig.mjs')).toMatch(/^const integrity = 'sha512-[\w+/]{86}=='$/m)
  })
})

describe('libraries that are part of a file of the package', () => {
  const page = 'src/report/page/browser'
  /** By what is written: what it is made of. */
  const bundles = {
    'dist/report/page/assets/page.js': `${page}/main.ts`,
    'dist/report/page/assets/page-style.css': `${page}/styles/page.css`,
    'dist/alerts/libraries/backoff.js': 'src/alerts/libraries/backoff.ts',
    'dist/alerts/libraries/yaml.js': 'src/alerts/libraries/yaml.ts',
  }
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim()

  test.each(Object.entries(bundles))('%s has the licence of each', async (file, source) => {
    const options = { bundle: true, write: false, metafile: true, platform: 'node', outdir: 'out' } as const
    const entry = join(packageRoot, source)
    const { metafile } = await build({ ...options, entryPoints: [entry], mainFields: ['module', 'main'] })
    const libraries = librariesIn(metafile)
    expect(libraries.length).toBeGreaterThan(0)
    const text = plain(read(file))
    for (const library of libraries) {
      const name = readdirSync(library).find((name) => /^licen[cs]e/i.test(name))!
      expect(text.includes(plain(readFileSync(join(library, name), 'utf8'))), library).toBe(true)
    }
  })

  test('there are none in other files', () => {
    const files = readdirSync(join(packageRoot, 'dist'), { recursive: true, encoding: 'utf8' })
    const scripts = files.filter((file) => /\.(m?js|css)$/.test(file)).map((file) => `dist/${file}`)
    const ours = (file: string) => existsSync(join(packageRoot, file.replace(/^dist(.*)\.(m?)js$/, 'src$1.$2ts')))
    const others = scripts.filter((file) => !ours(file) || read(file).startsWith('/*!'))
    expect(others.sort()).toEqual(Object.keys(bundles).sort())
    // No compiled file of ours is longer than its source may be, and a library would be.
    for (const file of scripts.filter((file) => !others.includes(file))) {
      expect(statSync(join(packageRoot, file)).size, file).toBeLessThan(30_000)
    }
  })

  const licences = 'prebuilds/LICENSES.txt'
  const unless = existsSync(join(packageRoot, licences)) ? '' : ' (skipped: run `npm run prebuild` first)'
  test.skipIf(unless !== '')(`the binaries have those of each beside them${unless}`, () => {
    const text = read(licences)
    expect(text).toContain(read('node_modules/node-addon-api/LICENSE.md').trim())
    for (const name of ['node-addon-api', 'Zig', 'libc++', 'libc++abi', 'libunwind']) expect(text).toContain(name)
    expect(text.match(/Permission is hereby granted|Apache License/g)!.length).toBeGreaterThanOrEqual(5)
  })
})

describe('a binary', () => {
  const binaries = ['x64', 'arm64'].flatMap((arch) =>
    ['glibc', 'musl'].map((libc) => `linux-${arch}/spanmeter.${libc}.node`),
  )
  const files = binaries.map((name) => `prebuilds/${name}`).filter((file) => existsSync(join(packageRoot, file)))
  const unless = files.length === binaries.length ? '' : ' (skipped: run `npm run prebuild` first)'

  test.skipIf(unless !== '')(`has nothing of where it was built, nor when${unless}`, () => {
    // What differs between two that are built in different folders, or from one day to the next.
    const places = [
      packageRoot,
      homedir(),
      'build/prebuild',
      'node_modules',
      'native/core',
      '/usr/include',
      '.zig-cache',
    ]
    for (const file of files) {
      const bytes = readFileSync(join(packageRoot, file))
      for (const place of places) expect(bytes.includes(place), `${file}: ${place}`).toBe(false)
      expect(readElf(join(packageRoot, file)).sections, file).not.toContain('.note.gnu.build-id')
      expect(bytes.toString('latin1')).not.toMatch(new RegExp(`(${months}) [ \\d]\\d 20\\d\\d`))
    }
  })
})

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'

function librariesIn({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const folders = used.flatMap(([path]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].map((folder) => join(process.cwd(), folder))
}

describe('the workflow of a release', () => {
  interface Step {
    uses?: string
    run?: string
    with?: Record<string, unknown>
  }
  interface Job {
    permissions: Record<string, string>
    steps: Step[]
    needs?: string
  }
  const text = read('.github/workflows/release.yml')
  const { on, permissions, jobs } = parse(text) as { on: unknown; permissions: object; jobs: Record<string, Job> }
  const steps = Object.values(jobs).flatMap(({ steps }) => steps)

  test('begins with a tag alone, and not with what somebody proposes', () => {
    expect(on).toEqual({ push: { tags: ['v*'] } })
  })

  test('gives each job what it needs, and signs only where nothing is built', () => {
    expect(permissions).toEqual({})
    expect(jobs.build!.permissions).toEqual({ contents: 'read' })
    expect(jobs.publish).toMatchObject({ permissions: { 'id-token': 'write' }, needs: 'build' })
    expect(Object.keys(jobs)).toEqual(['build', 'publish'])
    expect(jobs.publish!.steps.flatMap(({ run = [] }) => run)).toEqual([
      'npm publish --provenance --access public --ignore-scripts ./spanmeter-*.tgz',
    ])
    expect(text).not.toMatch(/secrets\.|_TOKEN/)
  })

  test('names each action by a commit, with its version beside it', () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action)
    expect(used.length).toBeGreaterThan(3)
    for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length)
  })

  test('runs nothing that was installed by itself, and puts no text of others into a command', () => {
    const commands = steps.flatMap(({ run = [] }) => run)
    for (const command of commands.filter((command) => /npm (ci|install|pack|publish)/.test(command))) {
      expect(command).toContain('--ignore-scripts')
    }
    expect(text).not.toContain('${{')
  })

  test('has steps that are there', () => {
    const scripts = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!))
    expect(scripts).toEqual(['build:ts', 'prebuild', 'reproducible'])
    for (const name of scripts) expect(manifest.scripts).toHaveProperty([name])
  })
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { packageRoot, run } from './helpers/child'
import { type Elf, readElf } from './helpers/elf'
import { prebuildHosts } from './helpers/hosts'
import { expectTrueMeasurement, type Measured } from './helpers/measured'

// The binaries of a release, and the package that carries them.

const machines = { x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' }
// With its loader, which thread-local variables of a library ask.
const loaders = ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1']
const glibcLibraries = ['libc.so.6', 'libdl.so.2', 'libm.so.6', 'libpthread.so.0', ...loaders]
const prebuilds = (['x64', 'arm64'] as const).flatMap((arch) =>
  ['glibc', 'musl'].map((libc) => ({ arch, libc, file: `prebuilds/linux-${arch}/spanmeter.${libc}.node` })),
)
const complete = prebuilds.every(({ file }) => existsSync(join(packageRoot, file)))
const unless = complete ? '' : ' (skipped: run `npm run prebuild` first)'

describe.skipIf(!complete).each(prebuilds)(`$arch, $libc${unless}`, ({ arch, libc, file }) => {
  let elf: Elf
  beforeAll(() => {
    elf = readElf(join(packageRoot, file))
  })

  test('is for that machine', () => expect(elf.machine).toBe(machines[arch]))

  test('is stripped', () => {
    expect(elf.sections).toContain('.text')
    for (const section of elf.sections) expect(section).not.toMatch(/^\.(symtab|strtab|debug)/)
  })

  test('needs the libc and nothing else', () => {
    const allowed = libc === 'glibc' ? glibcLibraries : ['libc.so']
    expect(elf.needs.length).toBeGreaterThan(0)
    for (const library of elf.needs) expect(allowed).toContain(library)
  })

  test('needs nothing newer than glibc 2.28', () => {
    if (libc === 'glibc') expect(elf.versions).not.toEqual([])
    else expect(elf.versions).toEqual([])
    for (const version of elf.versions) {
      const [, minor] = /^GLIBC_2\.(\d+)(\.\d+)?$/.exec(version)!
      expect(Number(minor), version).toBeLessThanOrEqual(28)
    }
  })

  test('offers what a host looks for and nothing else', () => {
    expect(elf.exports.toSorted()).toEqual(['napi_register_module_v1', 'node_api_module_get_api_version_v1'])
  })
})

describe.skipIf(!complete)(`the packed package${unless}`, () => {
  let folder: string
  const packed = inject('packed')
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
    execFileSync('tar', ['-xf', packed.filename], { cwd: folder })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('has what it needs and nothing else', () => {
    const expected = [
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json', 'prebuilds/LICENSES.txt'],
      ...filesOf('docs'),
      ...prebuilds.map(({ file }) => file),
      // What runs in the browser is one file.
      ...['dist/report/page/assets/page.js', 'dist/report/page/assets/page-style.css'],
      'dist/alerts/alerts.schema.json',
      ...filesOf('src').flatMap((path) => [
        path.replace(/^src(.*)\.(m?)ts$/, 'dist$1.$2js'),
        path.replace(/^src(.*)\.(m?)ts$/, 'dist$1.d.$2ts'),
      ]),
    ]
    expect(packed.files.map(({ path }) => path).toSorted()).toEqual(expected.toSorted())
  })

  test('is small', () => expect(packed.size).toBeLessThan(1_500_000))

  // Not by test.each, which cuts long names off, and the reason with them.
  for (const { name, binary, command } of prebuildHosts) {
    test.skipIf(command === undefined)(`${name} takes its binary and measures with it`, async () => {
      const [program, ...args] = [...command!, join(packageRoot, 'test/fixtures/packed.cjs'), join(folder, 'package')]
      const { code, stdout, stderr } = await run(program!, args)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const outcome: Measured = JSON.parse(stdout)
      expect(outcome.binary).toBe(join(folder, 'package', binary))
      expectTrueMeasurement(outcome, name.startsWith('Node.js'))
    })
  }
})

function filesOf(folder: string): string[] {
  const entries = readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => relative(packageRoot, join(parentPath, name)))
  return paths.filter((path) => !path.startsWith('src/report/page/browser/'))
}

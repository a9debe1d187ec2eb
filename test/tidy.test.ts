import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Ended, packageRoot, run } from './helpers/child'

// Which files `npm run lint:native` gives to clang-tidy: a stand-in, which finds something in every file that says so. What
// stands in no file of its own is given as one for each CPU.

const both = ['core/one.cc', 'core/two.cc']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  put('.clang-tidy', 'Checks: all\n')
  put('core/one.cc', '#include "parts/deep.h"\n')
  put('core/two.cc', '#include <vector>\n')
  put('core/parts/deep.h', '#include "../deeper.h"\n')
  put('core/deeper.h', '\n')
  setUpTool(14)
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(name: string, text: string): void {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

function setUpTool(version: number): void {
  const program = `#!/bin/sh
    if [ "$1" = --version ]; then echo ${version}; exit; fi
    echo "$3" >>looked-at
    ! grep FAULT "$3"`
  put('clang-tidy', program)
  chmodSync(join(folder, 'clang-tidy'), 0o755)
}

/** The files that were given to clang-tidy. */
async function tidy(files = both): Promise<Ended & { lookedAt: string[] }> {
  put('looked-at', '')
  const args = [join(packageRoot, 'scripts/tidy.mjs'), ...files]
  const env = { PATH: `${folder}:${process.env.PATH}`, XDG_CACHE_HOME: join(folder, 'cache') }
  const ended = await run(process.execPath, args, env, 100_000, folder)
  const lookedAt = readFileSync(join(folder, 'looked-at'), 'utf8').trim().split('\n').filter(Boolean)
  return { ...ended, lookedAt: lookedAt.toSorted() }
}

test('all at first, and none that has not changed', async () => {
  expect(await tidy()).toMatchObject({ code: 0, lookedAt: both })
  expect(await tidy()).toMatchObject({ code: 0, lookedAt: [] })
})

test.each([
  ['the file', () => put('core/two.cc', '// changed\n'), ['core/two.cc']],
  ['a header that it includes', () => put('core/deeper.h', '// changed\n'), ['core/one.cc']],
  ['the rules', () => put('.clang-tidy', 'Checks: none\n'), both],
  ['clang-tidy', () => setUpTool(15), both],
])('those for which this has changed: %s', async (_, change, expected) => {
  await tidy()
  change()
  expect(await tidy()).toMatchObject({ code: 0, lookedAt: expected })
})

test('again, until nothing is found in them', async () => {
  put('core/two.cc', '// FAULT\n')
  expect(await tidy()).toMatchObject({
    code: 1,
    lookedAt: both,
    stderr: expect.stringContaining('core/two.cc:\n// FAULT'),
  })
  expect(await tidy()).toMatchObject({ code: 1, lookedAt: ['core/two.cc'] })
  put('core/two.cc', '\n')
  expect(await tidy()).toMatchObject({ code: 0, lookedAt: ['core/two.cc'] })
})

test('many as one for each CPU, and where something is found in it, each by itself', async () => {
  const files = Array.from({ length: 3 * Math.max(2, availableParallelism()) }, (_, i) => `core/${i}.cc`)
  for (const file of files) put(file, '#include "parts/deep.h"\n')
  put(files[1]!, '// FAULT\n')
  const { code, stderr, lookedAt } = await tidy(files)
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`${files[1]}:\n// FAULT`) })
  expect(lookedAt.filter((file) => files.includes(file))).toHaveLength(3)
  expect(await tidy(files)).toMatchObject({ code: 1, lookedAt: [files[1]] })
})

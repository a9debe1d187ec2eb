import { readdirSync, realpathSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { expectTrueMeasurement, expectTrueSpan, type Measured, type Served } from './helpers/measured'
import { npm, Project, traced } from './helpers/project'
import { Registry } from './helpers/registry'
import { tool, whySkipped } from './helpers/tools'

// `npm install spanmeter`, from a registry that has the packed package, on a machine that has nothing but Node.js.

interface Manager {
  name: string
  /** Its program; undefined if it is not there. */
  program: string | undefined
  /** What makes it install the packages that follow. */
  install: readonly string[]
  /** What makes it run Node.js; its own program is then put before that. */
  node?: readonly string[]
  linker?: 'node-modules' | 'pnp'
}

const yarn4 = tool('yarn4/bin/yarn.js')
const managers: readonly Manager[] = [
  { name: 'npm 10', program: tool('npm10/bin/npm-cli.js'), install: ['install'] },
  { name: 'npm 11', program: npm, install: ['install'] },
  { name: 'npm 11, scripts off', program: npm, install: ['install', '--ignore-scripts'] },
  { name: 'pnpm 10', program: tool('pnpm10/bin/pnpm.cjs'), install: ['add'] },
  { name: 'pnpm 12', program: tool('pnpm12/bin/pnpm.mjs'), install: ['add'] },
  { name: 'Yarn 1', program: tool('yarn1/bin/yarn.js'), install: ['add'] },
  { name: 'Yarn 4, node_modules', program: yarn4, install: ['add'], linker: 'node-modules' },
  { name: 'Yarn 4, Plug’n’Play', program: yarn4, install: ['add'], linker: 'pnp', node: ['node'] },
]
const places = ['import', 'require', 'worker thread', 'child process', 'cluster']

let registry: Registry

beforeAll(async () => {
  registry = await Registry.start(inject('packed').filename, ['node-gyp-build', ...traced])
})

afterAll(() => registry[Symbol.asyncDispose]())

for (const { name, program, install, linker, node } of managers) {
  const why = whySkipped(program)
  describe.skipIf(why !== '')(`${name}${why}`, () => {
    const manager = ['node', program!]
    const nodeCommand = node === undefined ? ['node'] : [...manager, ...node]
    let project: Project
    let printed: string
    let unknown: readonly string[]
    let outcomes: Record<string, Measured>

    beforeAll(async () => {
      project = new Project(registry.url)
      registry.forget()
      const env = linker === undefined ? {} : { YARN_NODE_LINKER: linker }
      const ended = await project.run([...manager, ...install, 'spanmeter', ...traced], env)
      printed = ended.stdout + ended.stderr
      if (ended.code !== 0) throw new Error(printed)
      unknown = registry.unknown
      outcomes = await project.ask([...nodeCommand, 'fixtures/installed/places.mjs'])
    })
    afterAll(() => project[Symbol.dispose]())

    test('asks for packages and nothing else', () => expect(unknown).toEqual([]))

    test('has nothing to build', () => expect(printed).not.toMatch(/node-gyp(?!-build)|build scripts/i))

    test.each(places)('measures natively: %s', (place) => {
      const { binary } = outcomes[place]!
      expect(binary).toContain(realpathSync(project.folder))
      expect(binary).toContain(`/prebuilds/linux-${process.arch}/spanmeter.glibc.node`)
      expectTrueMeasurement(outcomes[place]!)
    })

    test.each(['--import', '--require'])('a request has what it used: %s spanmeter/register', async (flag) => {
      const command = [...nodeCommand, flag, 'spanmeter/register', 'fixtures/installed/service.cjs']
      expectTrueSpan(await project.ask<Served>(command))
    })

    test('leaves nothing behind in the temporary folder', () => {
      expect(readdirSync(project.env.TMPDIR!)).not.toContainEqual(expect.stringMatching(/spanmeter|gyp/))
    })
  })
}

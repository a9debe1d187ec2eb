import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prebuildHosts } from './helpers/hosts'
import { expectTrueMeasurement, type Measured } from './helpers/measured'
import { installedProject, npm, type Project, traced } from './helpers/project'
import { tool, whySkipped } from './helpers/tools'

// The package as it is installed, in what else runs programs that were written for Node.js.

interface Spans {
  burnedMs: number
  works: Record<string, number>
  waits: Record<string, number>
}

const bun = tool('bun/bin/bun')
const deno = prebuildHosts.find(({ name }) => name.startsWith('Deno'))!.command
const hosts = [
  { name: 'Node.js', command: ['node'], attributed: true, why: whySkipped(npm) },
  { name: 'Bun', command: [bun!], attributed: false, why: whySkipped(npm, bun) },
  {
    name: 'Deno',
    command: deno!,
    attributed: false,
    why: whySkipped(npm) || (deno === undefined ? ' (skipped: run `npm run hosts` first)' : ''),
  },
]

describe.skipIf(whySkipped(npm) !== '')(`installed${whySkipped(npm)}`, () => {
  let project: Project
  beforeAll(async () => {
    project = await installedProject(...traced)
  })
  afterAll(() => project[Symbol.dispose]())

  for (const { name, command, attributed, why } of hosts) {
    describe.skipIf(why !== '')(`${name}${why}`, () => {
      test('measures natively wherever it is loaded', async () => {
        const outcomes = await project.ask<Record<string, Measured>>([...command, 'fixtures/installed/places.mjs'])
        expect(Object.keys(outcomes)).toHaveLength(5)
        for (const outcome of Object.values(outcomes)) expectTrueMeasurement(outcome, attributed)
      })

      test('spans have a right own CPU time or none', async () => {
        const { burnedMs, works, waits } = await project.ask<Spans>([...command, 'fixtures/installed/spans.cjs'])
        expect(works['resource.cpu.time_ms']).toBeGreaterThan(0.95 * burnedMs)
        if (attributed) {
          expect(works['resource.cpu.self_ms']).toBeGreaterThan(0.95 * burnedMs)
          expect(waits['resource.cpu.self_ms']).toBeLessThan(0.1 * burnedMs)
        } else {
          for (const span of [works, waits]) expect(Object.keys(span).join()).not.toMatch(/self|total/)
        }
      })
    })
  }
})

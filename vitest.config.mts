import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const dist = (path: string) => fileURLToPath(new URL(`dist/${path}`, import.meta.url))

// The packed package, as users install it.
const packed = [
  'auto-instrumentations',
  'bundles',
  'compatibility',
  'container',
  'hosts',
  'installs',
  'overhead-sdks',
  'package-copies',
  'prebuilds',
  'sdk-types',
  'vendors',
]
// What is printed, how a program ends, what a file says, what a page shows.
const behaviour = [
  'binary',
  'build',
  'docs',
  'exit-paths',
  'out-of-memory',
  'package',
  'record-thin',
  'recording-ends',
  'report-lanes',
  'report-large',
  'report-page',
  'report-pyramid',
  'report-reading',
  'report-table',
  'report-timeline',
  'report-wire',
  'restricted',
  'run',
  'run-bad-input',
  'run-instrument',
  'tidy',
]
const files = (names: readonly string[]) =>
  names.map((name) => {
    const file = `test/${name}.test.ts`
    if (!existsSync(new URL(file, import.meta.url))) throw new Error(`there is no ${file}`)
    return file
  })
const sideBySide = { maxWorkers: Math.max(2, availableParallelism()), sequence: { groupOrder: 0 } }

export default defineConfig({
  // Tests import what users import: the built package, by its name.
  resolve: {
    alias: [
      { find: /^spanmeter$/, replacement: dist('index.mjs') },
      { find: /^spanmeter\/otel$/, replacement: dist('otel/index.mjs') },
      { find: /^spanmeter\/metrics$/, replacement: dist('metrics/index.mjs') },
      { find: /^spanmeter\/prometheus$/, replacement: dist('prometheus/index.mjs') },
      { find: /^spanmeter\/record$/, replacement: dist('record/index.mjs') },
    ],
  },
  test: {
    // One process per file: the sampler is one per process.
    pool: 'forks',
    // For what hangs: how long the rest takes is the machine's affair.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes when the machine has a CPU for it.
    expect: { poll: { timeout: 20_000 } },
    // Loaded by Node.js, as users have it: with one copy of its state, however it is asked for.
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      {
        extends: true,
        test: { name: 'packed', include: files(packed), globalSetup: 'test/helpers/packed.ts', ...sideBySide },
      },
      { extends: true, test: { name: 'behaviour', include: files(behaviour), ...sideBySide } },
      // One file at a time, and alone: they measure what this machine does.
      {
        extends: true,
        test: {
          name: 'measured',
          include: ['test/**/*.test.ts'],
          exclude: files([...packed, ...behaviour]),
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const dist = (path: string) => fileURLToPath(new URL(`dist/${path}`, import.meta.url))

export default defineConfig({
  // Tests import what users import: the built package, by its name.
  resolve: {
    alias: [
      { find: /^spanmeter$/, replacement: dist('index.mjs') },
      { find: /^spanmeter\/otel$/, replacement: dist('otel/index.mjs') },
      { find: /^spanmeter\/metrics$/, replacement: dist('metrics/index.mjs') },
      { find: /^spanmeter\/prometheus$/, replacement: dist('prometheus/index.mjs') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // One process per file: the sampler is one per process. One file at a time: they measure CPU.
    pool: 'forks',
    fileParallelism: false,
    // For what hangs: how long the rest takes is the machine's affair.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes when the machine has a CPU for it.
    expect: { poll: { timeout: 20_000 } },
    // Loaded by Node.js, as users have it: with one copy of its state, however it is asked for.
    server: { deps: { external: [/\/dist\//] } },
  },
})

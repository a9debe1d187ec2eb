import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const dist = (path: string) => fileURLToPath(new URL(`dist/${path}`, import.meta.url))

// The packed package, as users install it.
const packed = [
  'auto-instrumentations',
  'bundles',
  'compatibility',
  'container',
  'frameworks',
  'hosts',
  'installs',
  'overhead-sdks',
  'package-copies',
  'prebuilds',
  'sdk-types',
  'vendors',
]
// What is printed, how a program ends, what a file says, what a page shows, what a server answers.
const behaviour = [
  'attach',
  'alertmanager',
  'alerts-clock',
  'alerts-close',
  'alerts-cooldown',
  'alerts-delivery',
  'alerts-docs',
  'alerts-file',
  'alerts-formats',
  'alerts-gone',
  'alerts-groups',
  'alerts-options',
  'alerts-repeats',
  'alerts-rules',
  'alerts-spans',
  'binary',
  'border-arguments',
  'border-handles',
  'border-values',
  'build',
  'context-watch',
  'demo',
  'directions',
  'docs',
  'doctor-applications',
  'doctor-findings',
  'doctor-text',
  'ends',
  'exit-paths',
  'fuzzing',
  'faults',
  'instrumentation',
  'js-clock',
  'memory-orders',
  'metrics-export',
  'metrics-look-back',
  'metrics-span-names',
  'named-files',
  'observability',
  'options',
  'orders-command',
  'orders-compose',
  'orders-ends',
  'orders-faults',
  'orders-printed',
  'orders-shown',
  'orders-workload',
  'own-copies',
  'out-of-memory',
  'package',
  'private-files',
  'prometheus-access',
  'prometheus-endpoint',
  'prometheus-environment',
  'prometheus-exposition',
  'prometheus-limits',
  'prometheus-registration',
  'prometheus-server',
  'record-thin',
  'reliability',
  'recording-blocked',
  'recording-ends',
  'recording-folders',
  'register',
  'register-environment',
  'register-sampling',
  'report-command',
  'report-damaged',
  'report-formats',
  'report-lanes',
  'report-large',
  'report-long',
  'report-moving',
  'report-opened',
  'report-page',
  'report-pyramid',
  'report-reading',
  'report-removed',
  'report-table',
  'report-timeline',
  'report-wire',
  'request-names',
  'profile-weights',
  'restricted',
  'run',
  'run-bad-input',
  'run-instrument',
  'run-reports',
  'supply-chain',
  'skipped',
  'soak-report',
  'soak-trend',
  'tidy',
  'v8-profile',
  'wrapped-method',
]
// Whose CPU time it was, and what is left of what is gone: by the clock of the thread itself and by what the process holds,
// which no neighbour changes.
const attributed = [
  'attribution-connections',
  'attribution-lifetime',
  'attribution-turns',
  'hostile',
  'realms',
  'shared-work',
  'worker-churn',
]
const files = (names: readonly string[]) =>
  names.map((name) => {
    const file = `test/${name}.test.ts`
    if (!existsSync(new URL(file, import.meta.url))) throw new Error(`there is no ${file}`)
    return file
  })
// One more than there are CPUs, since most of them wait for others.
const sideBySide = { maxWorkers: availableParallelism() + 1, sequence: { groupOrder: 0 } }
// What a thread ran is the same beside others, but what it takes to do it for the first time, or after others, is more.
const besideFew = { maxWorkers: availableParallelism(), sequence: { groupOrder: 1 } }

// What takes longest begins first, so that in the end nothing is waited for alone.
const longest = [
  'hostile',
  'faults',
  'compatibility',
  'installs',
  'exit-paths',
  'attribution-turns',
  'prometheus-server',
  'attribution-lifetime',
  'worker-churn',
  'bundles',
  'prometheus-endpoint',
  'prometheus-environment',
  'report-timeline',
  'report-reading',
]
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.indexOf(basename(moduleId, '.test.ts'))
      return found < 0 ? longest.length : found
    }
    return files.toSorted((a, b) => group(a) - group(b) || place(a) - place(b))
  }
}

export default defineConfig({
  // Tests import what users import: the built package, by its name.
  resolve: {
    alias: [
      { find: /^spanmeter$/, replacement: dist('index.mjs') },
      { find: /^spanmeter\/otel$/, replacement: dist('otel/index.mjs') },
      { find: /^spanmeter\/metrics$/, replacement: dist('metrics/index.mjs') },
      { find: /^spanmeter\/prometheus$/, replacement: dist('prometheus/index.mjs') },
      { find: /^spanmeter\/alerts$/, replacement: dist('alerts/index.mjs') },
      { find: /^spanmeter\/record$/, replacement: dist('record/index.mjs') },
    ],
  },
  test: {
    // One process per file: the sampler is one per process.
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // For what hangs: how long the rest takes is the machine's affair.
    testTimeout: 300_000,
    // In the names of tests as well, where what is cut off may be why one was skipped.
    chaiConfig: { truncateThreshold: 0 },
    hookTimeout: 600_000,
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
      { extends: true, test: { name: 'attributed', include: files(attributed), ...besideFew } },
      // One file at a time, and alone: they measure what this machine does.
      {
        extends: true,
        test: {
          name: 'measured',
          include: ['test/**/*.test.ts'],
          exclude: files([...packed, ...behaviour, ...attributed]),
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})

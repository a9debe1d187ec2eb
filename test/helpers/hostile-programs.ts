import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect } from 'vitest'
import { packageRoot } from './child'
import type { HostileProgram, Report } from './hostile'

const load = createRequire(__filename)
const namesOf = (file: string) => Object.keys(load(`../fixtures/hostile/${file}.cjs`))
/** What a program prints that tampers with what is around it. */
const silent = { code: 0, stdout: '' }
/** What the only thread reports beside its spans. */
const more = <T>([report]: readonly Report[]) => report as unknown as T

const spans: HostileProgram[] = [
  { name: 'ended twice' },
  { name: 'never ended' },
  { name: "ended in another request's context" },
  { name: 'continued in a worker', check: (reports: readonly Report[]) => expect(reports).toHaveLength(2) },
  { name: 'of a worker that is terminated' },
  { name: 'from which the process exits' },
  { name: 'with attributes of 100 MB' },
  { name: 'with attributes that are not JSON' },
].map((program) => ({ ...program, name: `spans ${program.name}`, command: ['spans.cjs', program.name] }))

/** `directory`: where the recordings are made. */
const recorded = (directory: string): HostileProgram[] =>
  [
    {
      name: 'with attributes of 100 MB',
      found: 'a recording made JSON of all of a list, and where that was too long the span had no attributes of ours',
    },
    { name: 'with names of 100 MB', found: 'a recording ended at names that are longer together than a string can be' },
    { name: 'with attributes that are not JSON', found: 'a recording ended at an attribute that is no JSON' },
  ].map(({ name, found }) => ({
    ...{ name: `recorded spans ${name}`, found, byHand: false, command: ['spans.cjs', name] },
    env: { SPANMETER_RECORD_DIR: directory },
  }))

const stack: HostileProgram[] = [
  {
    name: 'spans where the stack ends',
    command: ['spans.cjs', 'where the stack ends', 'spans'],
    nodeArgs: ['--stack-size=120'],
    found: 'spans threw into the application where it had a little stack left',
  },
  {
    name: 'async scopes where the stack ends',
    command: ['spans.cjs', 'where the stack ends', 'scopes'],
    nodeArgs: ['--stack-size=120'],
    expected: { code: 0, stdout: 'true true\n' },
    found: 'Node.js aborted later, because a hook had no stack left in a scope that was entered already',
  },
]

const foundByTampering: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['stands still', 'goes backwards', 'is slow', 'of the class stands still'].map((what) => [
      `performance.now ${what}`,
      'the duration by that clock was taken for the real one, and the span had run 0 ms',
    ]),
  ),
  'Object.prototype has more': 'what stood on Object.prototype was taken for our options',
  'Promise is a function of others': 'a hook that looked for the class of a promise ended the process',
}
const clocks = namesOf('clocks').flatMap((name) => tampering('clocks', name))

/** What Node.js itself, or the SDK, cannot do without when it is loaded. */
const onlyLater = ['Object.prototype spoils descriptors', 'Object.prototype.toString throws', 'JSON is another object']
const intrinsics = namesOf('intrinsics')
  .flatMap((name) => tampering('intrinsics', name))
  .filter(({ first, command }) => first === undefined || !onlyLater.includes(command[2]!))

/** Once the program runs, and before anything is loaded. */
function tampering(file: string, what: string): HostileProgram[] {
  const found = foundByTampering[what]
  const fakeTimers = join(packageRoot, 'build/frameworks/node_modules/@sinonjs/fake-timers')
  const common = {
    ...{ env: { FAKE_TIMERS: fakeTimers }, byHand: false },
    ...(what !== 'performance.now throws' && { expected: silent }),
    ...(what.startsWith('fake timers') && !existsSync(fakeTimers) && { skipped: 'run `npm run tools` first' }),
    ...(found !== undefined && { found }),
  }
  const withoutNumbers = what === 'there are no weak references'
  return [
    { ...common, name: what, command: ['tampered.cjs', file, what] },
    {
      ...{ ...common, name: `${what}, before anything is loaded`, first: 'tamper-first.cjs', withoutNumbers },
      command: ['tampered.cjs', file, what, 'first'],
      warnings: withoutNumbers ? [/FinalizationRegistry is not defined/] : [],
    },
  ]
}

const forRoot = process.getuid!() === 0 ? {} : { skipped: 'only the superuser can' }
const ownPids = ['unshare', '-p', '-f', '--mount-proc']
const canUnshare = spawnSync(ownPids[0]!, [...ownPids.slice(1), 'true']).status === 0
const forNamespaces = canUnshare ? {} : { skipped: 'needs namespaces' }

function surroundings(scratch: string, addon: string): HostileProgram[] {
  const act = (name: string, ...args: string[]) => ({ name, command: ['surroundings.cjs', name, ...args] })
  const limited = (files: number) => ['sh', '-c', `ulimit -n ${files}; exec "$0" "$@"`]
  const huge = 'x'.repeat(100_000)
  return [
    act('process.chdir to a folder that is gone'),
    {
      ...act('process.chdir', join(scratch, 'elsewhere')),
      env: { SPANMETER_RECORD_DIR: 'relative', SPANMETER_RECORD_MAX_MB: '1' },
      cwd: scratch,
      byHand: false,
      found: 'a recording in a relative folder ended with process.chdir()',
      check: () => {
        const recordings = join(scratch, 'relative')
        const threads = readdirSync(recordings, { recursive: true }) as string[]
        // A further round has its own.
        rmSync(recordings, { recursive: true })
        expect(threads.filter((file) => file.endsWith('000002.jsonl'))).toHaveLength(1)
        expect(threads.filter((file) => file.endsWith('header.json'))).toHaveLength(2)
      },
    },
    act('fork without exec', addon),
    act('process.exit in a handler of uncaughtException'),
    { ...act('no descriptors are left'), around: limited(40) },
    {
      ...act('nothing'),
      name: 'no descriptors are left when it starts',
      around: limited(60),
      env: { HOSTILE_START: 'no descriptors' },
      byHand: false,
      withoutNumbers: true,
      warnings: [/EMFILE/],
    },
    {
      ...act('nothing'),
      name: 'the standard streams are closed',
      streams: 'closed',
      env: { SPANMETER_DETAIL: 'nonsense' },
    },
    {
      ...act('nothing', huge, huge, huge),
      name: 'huge arguments and variables',
      env: { SPANMETER_WHEN: huge, SPANMETER_UNKNOWN: huge, OTHERS: huge, SPANMETER_RECORD_DIR: join(scratch, 'huge') },
      byHand: false,
      warnings: [/SPANMETER_WHEN must be one of 'always', 'notable', got 'x{40}…'; the default is used/],
    },
    {
      ...act('nothing'),
      name: 'a folder of recordings where nothing can be made',
      env: { SPANMETER_RECORD_DIR: '/proc/nowhere' },
      byHand: false,
      warnings: [/SPANMETER_RECORD_DIR: there is no recording: ENOENT/],
    },
    { ...act('setuid and setgid'), ...forRoot },
    { ...act('unshare of mounts, network and more', addon), ...forRoot },
    { ...act('nothing'), name: 'a pid namespace of its own', around: ownPids, ...forNamespaces },
    {
      ...{ ...act('nothing'), name: 'a pid namespace of its own with the /proc of another', ...forNamespaces },
      around: ownPids.slice(0, 3),
      found: 'threads were looked for by the numbers of another namespace at each tick, and readings taken for exact',
      check: (reports: readonly Report[]) =>
        expect(more<{ failed: object }>(reports).failed).toEqual({
          threads: '/proc/self/task: No such process',
          schedstat: '/proc/self/task/TID/schedstat: No such file or directory',
        }),
    },
  ]
}

const providers: HostileProgram[] = [
  {
    name: 'providers registered 1000 times',
    command: ['providers.cjs', '1000'],
    nodeArgs: ['--expose-gc'],
    check: (reports) => {
      const { grown, processorsMore } = more<{ grown: Record<string, number>; processorsMore: number }>(reports)
      const { threads, files, heapKb } = grown
      expect({ threads, processorsMore }).toEqual({ threads: 0, processorsMore: 0 })
      // The sampler opens each source when it is first due.
      expect(files).toBeLessThan(5)
      // Of each less than the smallest of objects.
      expect(heapKb).toBeLessThan(500)
    },
  },
]

const names = (count: number): HostileProgram => ({
  name: `spans of ${count} names`,
  command: ['names.cjs', String(count)],
  nodeArgs: ['--expose-gc'],
  check: (reports) => {
    const { names, longest, bytes, grownKb } = more<Record<string, number>>(reports)
    // The others share one that has no name.
    expect(names).toBe(200)
    expect(longest).toBeLessThan(220)
    expect(bytes).toBeLessThan(4e6)
    expect(grownKb).toBeLessThan(2000)
  },
})

/** In groups. `scratch`: a folder for what they write; `addon`: the compiled host.c; `count`: how many names there are. */
export function hostilePrograms(scratch: string, addon: string, count: number): Record<string, HostileProgram[]> {
  return {
    spans: [...spans, ...recorded(join(scratch, 'recordings')), ...stack],
    clocks,
    intrinsics,
    surroundings: surroundings(scratch, addon),
    'a great many': [...providers, names(count)],
  }
}

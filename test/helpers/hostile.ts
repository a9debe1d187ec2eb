import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { type Ended, packageRoot } from './child'

const folder = join(packageRoot, 'test/fixtures/hostile')
/** For each run of a program, in ms. */
export const patienceMs = process.env.HOSTILE_RESULTS === undefined ? 100_000 : 600_000

export interface HostileProgram {
  name: string
  /** A file of test/fixtures/hostile, and its arguments. */
  command: readonly string[]
  nodeArgs?: readonly string[]
  /** A file of that folder to load before all others. */
  first?: string
  env?: NodeJS.ProcessEnv
  /** What runs Node.js, as `unshare`. */
  around?: readonly string[]
  cwd?: string
  /** What stands in the place of the three standard streams. Default: pipes. */
  streams?: 'closed'
  /** Whether it also attaches the processor itself. Default true. */
  byHand?: boolean
  /** Our warnings; each may come once. */
  warnings?: readonly RegExp[]
  /** Whether nothing of ours may be on its spans. */
  withoutNumbers?: boolean
  /** Whether Node.js, without us, may not survive it. What it prints and returns without us is then this. */
  expected?: Pick<Ended, 'code' | 'stdout'>
  /** What was wrong before it was found by this program, and mended. */
  found?: string
  /** Why it cannot be tried here. */
  skipped?: string
  /** Looks at more of what each of its threads reports. */
  check?(reports: readonly Report[]): void
}

/** What a thread of a program reports. */
export interface Report {
  spans: { name: string; attributes: Record<string, number> }[]
  burned: Record<string, number>
  count: number
  [more: string]: unknown
}

export type Way = 'without us' | 'by register' | 'by hand'

interface Result extends Ended {
  warnings: string[]
  reports: Report[]
}

/** A module that does nothing in the place of ours: loading one at all changes how Node.js starts. */
const nothing = 'data:text/javascript,'

export async function runHostile(program: HostileProgram, way: Way): Promise<Result> {
  const { command, nodeArgs = [], first, around = [], cwd = packageRoot, streams } = program
  const before = first === undefined ? [] : ['--require', join(folder, first)]
  const preload = ['--import', way === 'by register' ? join(packageRoot, 'dist/register/index.js') : nothing]
  const [file, ...args] = command
  const node = [process.execPath, ...nodeArgs, ...before, ...preload, join(folder, file!), ...args]
  const [run, ...rest] = [...around, ...node] as [string]
  const closed = streams === 'closed'
  const closing = ['sh', '-c', 'exec "$0" "$@" <&- >&- 2>&-'] as const
  const child = spawn(closed ? closing[0] : run, closed ? [...closing.slice(1), run, ...rest] : rest, {
    cwd,
    timeout: patienceMs,
    env: { ...process.env, NODE_OPTIONS: '', ...program.env, ...(way === 'by hand' && { HOSTILE: way }) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const streamed = [child.stdout!, child.stderr!, child.stdio[3] as NodeJS.ReadableStream]
  const [stdout, stderr, reported] = (await Promise.all(streamed.map((stream) => text(stream)))) as [
    string,
    string,
    string,
  ]
  const lines = stderr.split('\n')
  const isOurs = (line: string) => line.includes('Warning: spanmeter: ')
  const warnings = lines.filter(isOurs)
  // Node.js explains the first warning of all.
  const others = lines.filter((line) => !isOurs(line) && !line.startsWith('(Use `node --trace-warnings'))
  const comparable = others.join('\n').replaceAll(/\(node:\d+\)/g, '(node:…)')
  const reports = reported
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Report)
  return { ...(await ended), stdout, stderr: comparable, warnings, reports }
}

/** Expects a program to be as it is without us, and nothing to be missing from its numbers where they are not absent. */
export function expectHarmless(program: HostileProgram, way: Way, bare: Omit<Ended, 'signal'>, result: Result): void {
  const { code, stdout, stderr, warnings, reports } = result
  expect({ code, stdout, stderr }).toEqual({ code: bare.code, stdout: bare.stdout, stderr: bare.stderr })
  // What the environment asks for is for register.
  const expected = way === 'by register' ? (program.warnings ?? []) : []
  expect(warnings).toEqual(expected.map((warning) => expect.stringMatching(warning)))
  expect(reports.length).toBeGreaterThan(0)
  for (const { spans, burned } of reports) {
    expect(spans.map(({ name }) => name).sort()).toEqual(Object.keys(burned).sort())
    const own = spans.map(({ attributes }) => attributes['resource.cpu.self_ms'])
    if (program.withoutNumbers) expect(spans.flatMap(({ attributes }) => Object.keys(attributes))).toEqual([])
    else expect(own.filter((ms) => ms !== undefined)).not.toEqual([])
    for (const [i, ms] of own.entries()) {
      const { name } = spans[i]!
      if (ms !== undefined) expect(ms, name).toBeGreaterThan(0.95 * burned[name]!)
    }
  }
}

/**
 * The spans that have more than they burned, and than what they do beside it: in words. Own time is what no neighbour
 * changes, but how much it takes to do things for the first time depends on what else the machine does.
 */
export function beyondBurned({ reports }: Result): string[] {
  return reports.flatMap(({ spans, burned }) =>
    spans.flatMap(({ name, attributes: { 'resource.cpu.self_ms': ms } }) =>
      ms === undefined || ms < 1.05 * burned[name]! + 2 ? [] : [`${name}: measured ${ms} of ${burned[name]} ms`],
    ),
  )
}

import { type SpawnOptions, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export const packageRoot = join(__dirname, '../..')

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs a program to its end. One that does not end is killed, which shows as a signal. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  timeout = 200_000,
  cwd = packageRoot,
): Promise<Ended> {
  return runWith(command, args, { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env }, timeout })
}

/** The same with nothing but what the options say. */
export async function runWith(command: string, args: readonly string[], options: SpawnOptions): Promise<Ended> {
  const child = spawn(command, args, { timeout: 200_000, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const [stdout, stderr, end] = await Promise.all([text(child.stdout!), text(child.stderr!), ended])
  return { ...end, stdout, stderr }
}

export interface FixtureOptions {
  /** The Node.js to run it. Default: this one. */
  node?: string | undefined
  nodeArgs?: readonly string[]
  args?: readonly string[]
  env?: NodeJS.ProcessEnv
  /** When to give up, in ms. Default 200000. */
  timeout?: number
}

/** Runs a program of test/fixtures in a Node.js of its own. */
export function runFixture(
  name: string,
  { node, nodeArgs = [], args = [], env, timeout }: FixtureOptions = {},
): Promise<Ended> {
  return run(node ?? process.execPath, [...nodeArgs, join(__dirname, '../fixtures', name), ...args], env, timeout)
}

/** The same for one that prints JSON. Complains with all it printed if it did not end well. */
export async function askFixture<T>(name: string, options?: FixtureOptions): Promise<T> {
  const { code, signal, stdout, stderr } = await runFixture(name, options)
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? code}:\n${stdout}${stderr}`)
  return JSON.parse(stdout)
}

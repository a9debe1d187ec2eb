import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Summary } from '../../dist/report/summary.js'
import { type Ended, packageRoot } from './child'

export const cli = join(packageRoot, 'dist/cli/index.js')

export interface RunSetup {
  options?: readonly string[]
  /** What runs `spanmeter run`. Default: this Node.js. */
  around?: readonly string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  stdin?: string
}

/** `spanmeter run` with a program, whose files go with the test. */
export class Running implements Disposable {
  readonly scratch = mkdtempSync(join(tmpdir(), 'spanmeter test '))
  #child: ChildProcess | undefined
  #stdout = ''

  /** Runs a program to its end. */
  async run(program: readonly string[], setup: RunSetup = {}): Promise<Ended> {
    const { stdout, stderr, ended } = this.start(program, setup)
    this.#child!.stdin!.end(setup.stdin)
    const [out, err, end] = await Promise.all([stdout, stderr, ended])
    return { ...end, stdout: out, stderr: err }
  }

  start(program: readonly string[], { options = [], around = [], env, cwd = packageRoot }: RunSetup = {}) {
    const json = ['--json', join(this.scratch, 'summary.json'), '--directory', join(this.scratch, 'recordings')]
    const command = [...around, process.execPath, cli, 'run', ...json, ...options, '--', ...program] as [string]
    const [file, ...args] = command
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
      timeout: 100_000,
    })
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    return { child, ended, stdout: ended.then(() => this.#stdout), stderr: text(child.stderr) }
  }

  /** Resolves when the program has printed this. */
  async printed(text: string): Promise<void> {
    while (!this.#stdout.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  get summary(): Summary {
    return JSON.parse(readFileSync(join(this.scratch, 'summary.json'), 'utf8'))
  }

  get stdout(): string {
    return this.#stdout
  }

  /** Of the one recording. */
  get recording(): string {
    const directory = join(this.scratch, 'recordings')
    return join(directory, readdirSync(directory)[0]!)
  }

  [Symbol.dispose](): void {
    rmSync(this.scratch, { recursive: true, force: true })
  }
}

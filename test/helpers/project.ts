import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Ended, packageRoot, runWith } from './child'
import { Registry } from './registry'
import { tool } from './tools'

const fixtures = join(packageRoot, 'test')

/** What is installed beside the package, so that there is something to trace. */
export const traced = [
  '@opentelemetry/api',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/sdk-trace-node',
]

/** What installs the package where it does not matter which one does. */
export const npm = tool('npm11/bin/npm-cli.js')

/** A project with the packed package, and the others, installed. */
export async function installedProject(...others: readonly string[]): Promise<Project> {
  await using registry = await Registry.start(inject('packed').filename, ['node-gyp-build', ...others])
  const project = new Project(registry.url)
  const { code, stdout, stderr } = await project.run(['node', npm!, 'install', 'spanmeter', ...others])
  if (code !== 0) throw new Error(stdout + stderr)
  return project
}

/**
 * An empty project on an empty machine: no home, and of all commands only `node`. In it are the programs of
 * test/fixtures/installed.
 */
export class Project implements Disposable {
  /** Around the project; what a test makes there goes with it. */
  readonly scratch = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))
  readonly folder = join(this.scratch, 'project')
  readonly env: NodeJS.ProcessEnv

  constructor(registry: string) {
    for (const name of ['home', 'bin', 'tmp', 'project']) mkdirSync(join(this.scratch, name))
    symlinkSync(process.execPath, join(this.scratch, 'bin/node'))
    this.env = {
      HOME: join(this.scratch, 'home'),
      PATH: join(this.scratch, 'bin'),
      TMPDIR: join(this.scratch, 'tmp'),
      CI: 'true',
      // A download from anywhere else is refused and counted.
      HTTPS_PROXY: registry,
      NO_PROXY: 'localhost,127.0.0.1',
    }
    this.write('package.json', JSON.stringify({ name: 'project', private: true }))
    this.write('.npmrc', `registry=${registry}\naudit=false\n`)
    // By which Yarn knows that this is a project of its own.
    this.write('yarn.lock', '')
    this.write(
      '.yarnrc.yml',
      `npmRegistryServer: ${registry}\nunsafeHttpWhitelist: [localhost]\nenableTelemetry: false\n`,
    )
    for (const name of ['fixtures/installed', 'helpers/cpu.cjs']) {
      cpSync(join(fixtures, name), join(this.folder, name), { recursive: true })
    }
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content)
  }

  /** Runs a program in it; `node` runs the tests' own. */
  run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const [program, ...args] = command
    const options = { cwd: this.folder, env: { ...this.env, ...env }, timeout: 240_000 }
    return runWith(program === 'node' ? process.execPath : program!, args, options)
  }

  /** The same for one that prints JSON. Complains with all it printed if it did not end well, or complained. */
  async ask<T>(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<T> {
    const { code, signal, stdout, stderr } = await this.run(command, env)
    if (code !== 0 || stderr !== '') throw new Error(`it ended with ${signal ?? code}:\n${stdout}${stderr}`)
    return JSON.parse(stdout)
  }

  [Symbol.dispose](): void {
    rmSync(this.scratch, { recursive: true })
  }
}

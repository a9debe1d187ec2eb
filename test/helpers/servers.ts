import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ports'

interface Kind {
  /** The package of Debian. */
  package: string
  program: string
  args(folder: string, port: number): string[]
  /** Makes an empty database in the folder; not every server needs one. */
  maker?: { program: string; args(folder: string): string[] }
}

const kinds = {
  postgresql: {
    package: 'postgresql',
    program: 'postgres',
    args: (folder, port) => ['-D', `${folder}/data`, '-k', folder, '-h', '127.0.0.1', '-p', `${port}`, '-F'],
    maker: {
      program: 'initdb',
      args: (folder) => ['-D', `${folder}/data`, '-U', 'postgres', '-A', 'trust', '--no-locale', '--no-sync'],
    },
  },
  mariadb: {
    package: 'mariadb-server',
    program: 'mariadbd',
    args: (folder, port) => {
      const files = [`--datadir=${folder}/data`, `--socket=${folder}/socket`]
      return ['--no-defaults', ...files, '--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve']
    },
    maker: {
      program: 'mariadb-install-db',
      args: (folder) => {
        const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
        return ['--no-defaults', `--datadir=${folder}/data`, ...options]
      },
    },
  },
  redis: {
    package: 'redis-server',
    program: 'redis-server',
    args: (folder, port) => ['--dir', folder, '--bind', '127.0.0.1', '--port', `${port}`, '--save', ''],
  },
} satisfies Record<string, Kind>

export type ServerName = keyof typeof kinds

// PostgreSQL refuses to run as root.
const isRoot = process.getuid?.() === 0
const user = isRoot ? ['--reuid=nobody', '--regid=nogroup', '--clear-groups'] : []

/** A database server with nothing in it, on a port of its own, whose files are gone in the end. */
export class Server implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #printed: Promise<string[]>
  readonly #ended: Promise<unknown>
  readonly #folder: string

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port
    this.#child = child
    this.#printed = Promise.all([text(child.stdout!), text(child.stderr!)])
    this.#ended = once(child, 'close')
    this.#folder = folder
  }

  static async start(name: ServerName): Promise<Server> {
    const { program, args, maker }: Kind = kinds[name]
    const port = await freePort()
    const cwd = mkdtempSync(join(tmpdir(), `spanmeter-${name}-`))
    if (isRoot) execFileSync('chown', ['nobody', cwd])
    if (maker) execFileSync('setpriv', [...user, find(maker.program)!, ...maker.args(cwd)], { cwd, stdio: 'pipe' })
    // It does not outlive whoever runs the tests.
    const command = [...user, '--pdeathsig=QUIT', find(program)!, ...args(cwd, port)]
    const child = spawn('setpriv', command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const server = new Server(port, child, cwd)
    await server.#answering()
    return server
  }

  async #answering(): Promise<void> {
    while (!(await accepts(this.port))) {
      const { exitCode, signalCode, spawnargs } = this.#child
      if (exitCode !== null || signalCode !== null) throw new Error(`${spawnargs}:\n${(await this.#printed).join('')}`)
      await sleep(20)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGQUIT')
    await this.#ended
    rmSync(this.#folder, { recursive: true })
  }
}

/** Why there is none of these servers here, as the end of a test's name; empty if all are. */
export function whyNoServer(...names: ServerName[]): string {
  const programs = ({ program, maker }: Kind) => ['setpriv', program, ...(maker ? [maker.program] : [])]
  const lacking = names.map((name) => kinds[name]).filter((kind) => programs(kind).some((program) => !find(program)))
  if (lacking.length === 0) return ''
  return ` (skipped: install ${lacking.map((kind) => kind.package).join(' and ')} first)`
}

/** Where Debian puts servers is not all in everybody's path. */
function find(program: string): string | undefined {
  const versions = '/usr/lib/postgresql'
  const ofPostgresql = existsSync(versions) ? readdirSync(versions).map((version) => `${versions}/${version}/bin`) : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', ...ofPostgresql]
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

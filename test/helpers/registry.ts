import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { packageRoot } from './child'

interface Manifest {
  name: string
  version: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

interface Release {
  manifest: Manifest
  tarball: Buffer
}

/**
 * A registry of this machine alone: it has one tarball with what it needs, and of the development dependencies those that
 * were asked for, with all that they need, in the versions of the lock file. It remembers what else it was asked for.
 */
export class Registry implements AsyncDisposable {
  #unknown: string[] = []
  readonly #releases: Release[] = []
  readonly #server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '')
    const answer = this.#answer(url)
    if (answer === undefined) this.#unknown.push(`${request.method} ${url}`)
    response.writeHead(answer === undefined ? 404 : 200)
    response.end(answer)
  })

  private constructor() {
    // A download from anywhere else comes here, too, if this is the proxy.
    this.#server.on('connect', ({ url }, socket) => {
      this.#unknown.push(`CONNECT ${url}`)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
  }

  static async start(tarball: string, others: readonly string[]): Promise<Registry> {
    const registry = new Registry()
    const text = execFileSync('tar', ['-xOf', tarball, 'package/package.json'], { encoding: 'utf8' })
    const manifest: Manifest = JSON.parse(text)
    registry.#releases.push({ manifest, tarball: readFileSync(tarball) })
    const { dependencies = {}, peerDependencies = {} } = manifest
    // npm 10 looks at peers that are optional, too, and leaves them.
    const needed = [...Object.keys(dependencies), ...Object.keys(peerDependencies), ...others]
    for (const [other, folder] of closure(needed)) registry.#releases.push({ manifest: other, tarball: pack(folder) })
    registry.#server.listen(0, '127.0.0.1')
    await once(registry.#server, 'listening')
    return registry
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  /** The requests since `forget()` that were not for its packages, and had no answer. */
  get unknown(): readonly string[] {
    return this.#unknown
  }

  forget(): void {
    this.#unknown = []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** A tarball, or all there is to know of a package. */
  #answer(url: string): Buffer | string | undefined {
    const tarball = this.#releases.find((release) => url === pathOf(release))
    if (tarball !== undefined) return tarball.tarball
    const releases = this.#releases.filter(({ manifest }) => url === `/${manifest.name}`)
    if (releases[0] === undefined) return undefined
    const versions = releases.map((release) => [
      release.manifest.version,
      {
        ...release.manifest,
        dist: {
          tarball: `${this.url}${pathOf(release)}`,
          integrity: digest('sha512', release),
          shasum: digest('sha1', release),
        },
      },
    ])
    const { name, version } = releases[0].manifest
    // Package managers may refuse what was published a moment ago.
    const time = Object.fromEntries(releases.map((release) => [release.manifest.version, '2020-02-02T02:02:02.000Z']))
    return JSON.stringify({ name, 'dist-tags': { latest: version }, time, versions: Object.fromEntries(versions) })
  }
}

/** As every registry calls them, which some package managers rely on. */
function pathOf({ manifest: { name, version } }: Release): string {
  return `/${name}/-/${name.split('/').at(-1)}-${version}.tgz`
}

function digest(kind: 'sha512' | 'sha1', { tarball }: Release): string {
  const hash = createHash(kind).update(tarball)
  return kind === 'sha1' ? hash.digest('hex') : `sha512-${hash.digest('base64')}`
}

function pack(folder: string): Buffer {
  const options = ['--exclude=./node_modules', '--transform=s,^\\.,package,', '-czf', '-', '.']
  const { status, stdout, stderr } = spawnSync('tar', options, { cwd: folder, maxBuffer: 2 ** 28 })
  // 1: a file changed meanwhile. Here it is one to which a hard link was made, by a build in another folder.
  if (status !== 0 && status !== 1) throw new Error(`tar: ${stderr}`)
  return stdout
}

/** Packages and all that they need, each version once, and the folders where npm has put them. */
function closure(names: readonly string[]): Iterable<[Manifest, string]> {
  const found = new Map<string, [Manifest, string]>()
  const open = names.map((name) => folderOf(name, packageRoot))
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const from = folder
    const manifest: Manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
    const id = `${manifest.name}@${manifest.version}`
    if (found.has(id)) continue
    found.set(id, [manifest, from])
    open.push(...Object.keys(manifest.dependencies ?? {}).map((name) => folderOf(name, from)))
  }
  return found.values()
}

/** Where a package is found from another one. */
function folderOf(name: string, from: string): string {
  const folder = join(from, 'node_modules', name)
  if (existsSync(folder)) return folder
  if (from === '/') throw new Error(`${name} is not installed`)
  return folderOf(name, dirname(from))
}

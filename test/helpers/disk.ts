import { closeSync, mkdirSync, openSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './child'

const tmpfs = 0x01021994

/** A new file in the package's build folder, which lies on a disk as a rule. */
export class DiskFile implements Disposable {
  readonly #path: string
  readonly descriptor: number

  constructor() {
    const folder = join(packageRoot, 'build')
    mkdirSync(folder, { recursive: true })
    this.#path = join(folder, `io-test-${process.pid}`)
    this.descriptor = openSync(this.#path, 'w')
  }

  /** Whether the kernel counts what is written to it. */
  static get inMemory(): boolean {
    return statfsSync(packageRoot).type === tmpfs
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor)
    rmSync(this.#path)
  }
}

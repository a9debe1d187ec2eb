import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from './child'

/** A folder far from this one, where spanmeter and the named packages are installed, and no others. */
export class TemporaryApp implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'spanmeter-app-'))

  constructor(packages: readonly string[]) {
    for (const part of ['package.json', 'dist', 'build/Release/spanmeter.node']) {
      cpSync(join(packageRoot, part), join(this.folder, 'node_modules/spanmeter', part), { recursive: true })
    }
    for (const name of packages) this.add(name, name)
  }

  /** Installs one of our own packages at a place of `node_modules`. */
  add(name: string, place: string): void {
    const target = join(this.folder, 'node_modules', place)
    cpSync(join(packageRoot, 'node_modules', name), target, { recursive: true })
  }

  /** The path of the program. */
  write(program: string): string {
    const file = join(this.folder, 'app.js')
    writeFileSync(file, program)
    return file
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}

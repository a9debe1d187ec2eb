import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportData, ReportProcess } from '../../dist/report/data.js'
import { readRecording } from '../../dist/report/read-recording.js'
import { type Ended, type FixtureOptions, runFixture } from './child'

/** A folder for recordings, which goes with the test. */
export class Recordings implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'spanmeter-test-'))

  /** Runs a program of test/fixtures with a recording. */
  run(name: string, options: FixtureOptions = {}): Promise<Ended> {
    const nodeArgs = ['--require', 'spanmeter/register', ...(options.nodeArgs ?? [])]
    return runFixture(name, { ...options, nodeArgs, env: { SPANMETER_RECORD_DIR: this.directory, ...options.env } })
  }

  /** The folders of the recordings, oldest first. */
  get folders(): string[] {
    return readdirSync(this.directory)
      .sort()
      .map((name) => join(this.directory, name))
  }

  async read(): Promise<ReportData> {
    return await readRecording(this.folders.at(-1)!)
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

export interface ReadSpan {
  name: string
  startMs: number
  endMs: number
  selfMs: number
  flags: number
  parent: string | undefined
  attributes: string | undefined
}

export function spansOf({ spans }: ReportProcess): ReadSpan[] {
  return spans.traceId.map((_, i) => ({
    name: spans.names[spans.name[i]!]!,
    startMs: spans.start[i]!,
    endMs: spans.start[i]! + spans.duration[i]!,
    selfMs: spans.selfMs[i]!,
    flags: spans.flags[i]!,
    parent: spans.parent[i]! < 0 ? undefined : spans.names[spans.name[spans.parent[i]!]!],
    attributes: spans.attributes[i],
  }))
}

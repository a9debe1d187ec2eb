import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ServiceReport {
  instance: string
  /** In the folder of the reports. */
  file: string
}

export interface WrittenReports {
  reports: readonly ServiceReport[]
  /** The recordings for whose pages there was no time. */
  unwritten: readonly string[]
}

/**
 * The page of each process, from what it recorded, as far as it is written by `untilMs`, by `performance.now()`. A service
 * that was started again has one for each time.
 */
export async function writeReports(folder: string, untilMs = Number.POSITIVE_INFINITY): Promise<WrittenReports> {
  const cli = join(dirname(require.resolve('spanmeter/package.json')), 'dist/cli/index.js')
  const recordings = join(folder, 'recordings')
  const processes = readdirSync(recordings).flatMap((instance) =>
    readdirSync(join(recordings, instance)).map((recording, i) => ({
      instance,
      path: join(recordings, instance, recording),
      file: i === 0 ? `${instance}.html` : `${instance}-again-${i}.html`,
    })),
  )
  const signal = Number.isFinite(untilMs)
    ? AbortSignal.timeout(Math.max(0, Math.ceil(untilMs - performance.now())))
    : undefined
  const results = await Promise.all(
    processes.map(async ({ path, file, instance }) => {
      const args = [cli, 'report', path, '--report', join(folder, file)]
      try {
        await run(process.execPath, args, { ...(signal && { signal }), killSignal: 'SIGKILL' })
        return { instance, file }
      } catch (error) {
        if (signal?.aborted) return path
        throw error
      }
    }),
  )
  return {
    reports: results.filter((result) => typeof result !== 'string'),
    unwritten: results.filter((result) => typeof result === 'string'),
  }
}

import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { fatalReportFile } from '../record/run-files.js'

type Report = NonNullable<typeof process.report> & Record<string, unknown>
type Settings = Record<string, unknown>

/** By which a thread finds what was changed: settings of reports are those of the whole process. */
const changesKey = 'spanmeter reports of Node.js'
/** Other errors that Node.js reports where it is told to. */
const others = ['reportOnSignal', 'reportOnUncaughtException']

/** Has Node.js write into `folder` why it gives up, as when it runs out of memory. It does so with a line on stderr. */
export function reportFatalErrors(folder: string): void {
  const report = process.report as Report | undefined
  // Where it is to report errors already, all reports are the program's.
  if (report === undefined || ['reportOnFatalError', ...others].some((name) => report[name])) return
  const ours: Settings = { directory: folder, filename: fatalReportFile }
  // Later versions can leave out what is private.
  for (const name of ['compact', 'excludeEnv', 'excludeNetwork']) if (name in report) ours[name] = true
  const theirs = pick(report, Object.keys(ours))
  Object.assign(report, ours, { reportOnFatalError: true })
  setEnvironmentData(changesKey, { ours, theirs })
  keepOwnReports()
}

/** On each thread: reports that the program asks for itself stay as they were. */
export function keepOwnReports(): void {
  const report = process.report as Report | undefined
  const changes = getEnvironmentData(changesKey) as { ours: Settings; theirs: Settings } | undefined
  if (report === undefined || changes === undefined) return
  const { ours, theirs } = changes
  let areFatalTheirs = false

  /** What the program has set meanwhile is its own already. */
  const restore = () => {
    for (const name of Object.keys(ours)) if (report[name] === ours[name]) report[name as string] = theirs[name]
  }
  for (const name of ['writeReport', 'getReport'] as const) {
    const work = report[name] as ((...args: unknown[]) => unknown) | undefined
    if (work === undefined) continue
    report[name as string] = (...args: unknown[]) => {
      const now = pick(report, Object.keys(ours))
      restore()
      try {
        return work.apply(report, args)
      } finally {
        Object.assign(report, now)
      }
    }
  }
  for (const name of ['reportOnFatalError', ...others]) {
    // Other runtimes have plain values.
    const { get, set } = Object.getOwnPropertyDescriptor(report, name) ?? {}
    if (get === undefined || set === undefined) continue
    const setTheirs = (value: unknown) => {
      if (value === true) {
        restore()
        if (name === 'reportOnFatalError') areFatalTheirs = true
        else if (!areFatalTheirs) report.reportOnFatalError = false
      }
      set.call(report, value)
    }
    Object.defineProperty(report, name, { get, set: setTheirs, enumerable: true, configurable: true })
  }
}

function pick(report: Report, names: readonly string[]): Settings {
  return Object.fromEntries(names.map((name) => [name, report[name]]))
}

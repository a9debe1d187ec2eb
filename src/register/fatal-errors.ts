import { fatalReportFile } from '../record/run-files.js'

type Report = NonNullable<typeof process.report> & Record<string, unknown>

/**
 * Has Node.js write into `folder` why it gives up, as when it runs out of memory. It does so with a line on stderr. Reports
 * that the program writes itself stay as they were, and where it is to report other errors, too, nothing is changed.
 */
export function reportFatalErrors(folder: string): void {
  const report = process.report as Report | undefined
  if (report === undefined) return
  if (report.reportOnFatalError || report.reportOnSignal || report.reportOnUncaughtException) return
  // Later versions can leave out what is private.
  const options = ['compact', 'excludeEnv', 'excludeNetwork'].filter((option) => option in report)
  const ours: Record<string, unknown> = { directory: folder, filename: fatalReportFile }
  for (const option of options) ours[option] = true
  const settings = () => Object.fromEntries(Object.keys(ours).map((name) => [name, report[name]]))
  const theirs = settings()
  Object.assign(report, ours, { reportOnFatalError: true })

  const { writeReport } = report
  report.writeReport = (...args: []) => {
    const now = settings()
    for (const [name, value] of Object.entries(now)) {
      // What the program has set meanwhile is its own already.
      if (value === ours[name]) report[name as string] = theirs[name]
    }
    try {
      return writeReport.apply(report, args)
    } finally {
      Object.assign(report, now)
    }
  }
}

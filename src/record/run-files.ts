/** Files that `spanmeter run` and the processes that it starts leave in the folder of a recording. */

/** Made by the process that is the program. */
export const programFile = 'program'

/** A line for each process of Node.js that was not recorded. */
export const othersFile = 'others'

/** In the folder of a thread: the report of Node.js itself on an error that ended the process. */
export const fatalReportFile = 'fatal.json'

/** By `spanmeter run` itself: a `RunFile`. */
export const runFile = 'run.json'

export interface RunFile {
  command: string[]
  /** Absent while it runs. */
  end?: { code?: number; signal?: string; why?: string }
}

/** Called with what is being done now. */
export type ReportProgress = (activity: string) => void

/** Shows on a terminal, in one line, what is being done. On another stream it writes nothing. */
export function showProgress(stream: NodeJS.WriteStream): { report: ReportProgress; clear: () => void } {
  const write = (line: string) => {
    if (stream.isTTY) stream.write(`\r\x1b[K${line}`)
  }
  return { report: (activity) => write(`${activity} …`), clear: () => write('') }
}

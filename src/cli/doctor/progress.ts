export type Tell = (what: string) => void

/** A line that tells what is being done and goes away in the end; nothing where nobody sits before it. */
export function showProgress(stream: NodeJS.WriteStream): { tell: Tell; clear: () => void } {
  const write = (line: string) => {
    if (stream.isTTY) stream.write(`\r\x1b[K${line}`)
  }
  return { tell: (what) => write(`${what} …`), clear: () => write('') }
}

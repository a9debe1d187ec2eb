import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

/** What shows a file in the program that the user has chosen for it. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Shows a page in a browser. Rejects where there is no program that could. */
export function openPage(file: string): Promise<void> {
  const [program = 'xdg-open', ...args] = openers[process.platform] ?? ['xdg-open']
  return new Promise((done, fail) => {
    const child = spawn(program, [...args, resolve(file)], { detached: true, stdio: 'ignore' })
    child.once('error', ({ message }) => fail(new Error(`${file} was not opened: ${message}`)))
    child.once('spawn', () => {
      // The browser may be a child of it.
      child.unref()
      done()
    })
  })
}

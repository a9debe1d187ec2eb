import { fork } from 'node:child_process'
import { join } from 'node:path'

interface ChildOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
}

const patienceMs = 20_000

/** Runs a program of this folder, with the flags of this process, and returns what it sends. Rejects if it sends nothing. */
export function askChild<T>(program: string, args: readonly string[], options: ChildOptions = {}): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const
    const child = fork(join(__dirname, program), args, { ...options, stdio: [...stdio], timeout: patienceMs })
    let stderr = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('message', (answer) => resolve(answer as T))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const [why] = stderr.match(/^\w*Error\b.*/m) ?? []
      reject(new Error(why ?? `a process for a trial ended with ${signal ?? code}`))
    })
  })
}

/** Sends the answer of a program that `askChild()` runs. */
export function answer(message: object): void {
  process.send!(message)
}

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { relaySignals } from './relay.js'

/** How a program ended. `why` where it could not be started. */
export interface End {
  code?: number
  signal?: NodeJS.Signals
  why?: string
}

/** Runs a program to its end, in place of this process as far as it and others can see. */
export function runProgram(command: readonly string[], env: NodeJS.ProcessEnv): Promise<End> {
  const [program, ...args] = withNode(command)
  return new Promise((resolve) => {
    const child = spawn(program!, args, { env, stdio: 'inherit' })
    const stopRelay = relaySignals(child)
    const end = (end: End) => {
      stopRelay()
      resolve(end)
    }
    child.once('error', (error: NodeJS.ErrnoException) => end(notStarted(program!, error)))
    child.once('exit', (code, signal) => end(signal === null ? { code: code ?? 0 } : { signal }))
  })
}

/** A script that is no command is for Node.js. */
function withNode(command: readonly string[]): readonly string[] {
  const [program = ''] = command
  const isScript = /\.[cm]?[jt]s$/.test(program) && existsSync(program)
  return isScript ? [process.execPath, ...command] : command
}

/** With the codes of a shell. */
function notStarted(program: string, { code, message }: NodeJS.ErrnoException): End {
  if (code === 'ENOENT') return { code: 127, why: `there is no program ${program}` }
  if (code === 'EACCES') return { code: 126, why: `${program} cannot be executed` }
  return { code: 126, why: `${program} cannot be started: ${message}` }
}

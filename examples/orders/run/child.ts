import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'

const STOP_MS = 10_000

const running = new Set<ChildProcess>()
// However this process ends, nothing of it goes on; where it is killed, its children see that for themselves.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A process that ends with this one at the latest. */
export class Child {
  readonly process: ChildProcess
  /** `was ended by SIGKILL`, once it did. */
  readonly ended: Promise<string>

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, stdio: StdioOptions) {
    const [program, ...args] = command as [string]
    // In a group of its own: what Ctrl+C sends to the group of this one is for this one to act upon.
    this.process = spawn(program, args, { env, stdio, detached: true })
    running.add(this.process)
    this.ended = new Promise((resolve) => {
      this.process.once('error', (error) => resolve(`could not be started: ${error.message}`))
      this.process.once('exit', (code, signal) => {
        running.delete(this.process)
        resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`)
      })
    })
  }

  /** Lets it finish; kills it if that takes too long, or longer than until then, by `performance.now()`. */
  async stop(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.process.kill('SIGTERM')
    // Some read it to its end first.
    this.process.stdin?.end()
    const timer = setTimeout(
      () => this.process.kill('SIGKILL'),
      Math.min(STOP_MS, Math.max(0, untilMs - performance.now())),
    )
    await this.ended
    clearTimeout(timer)
  }
}

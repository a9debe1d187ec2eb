import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type FromService, type Listening, RECEIVER_URL, SCRATCH_FOLDER, type Stopped } from './service/messages'

/** However busy the machine is. */
const LONGEST_MS = 60_000

/** The service in its own process, seen from outside. */
export class ServiceProcess {
  readonly #child: ChildProcess
  /** How the process ended, once it did. */
  readonly ended: Promise<string>

  constructor(receiverUrl: string, scratchFolder: string) {
    this.#child = fork(join(__dirname, 'service', 'app.js'), {
      execArgv: ['--require', join(__dirname, 'service', 'instrument.js')],
      env: { ...process.env, [RECEIVER_URL]: receiverUrl, [SCRATCH_FOLDER]: scratchFolder },
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`could not be started: ${error.message}`))
      this.#child.once('exit', (code, signal) =>
        resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`),
      )
    })
  }

  /** The address of the service, as soon as it listens. */
  async listening(): Promise<string> {
    const { port } = await this.#message<Listening>('listening')
    return `http://127.0.0.1:${port}`
  }

  /** Asks the service to flush and end, and waits until it has. */
  async stop(): Promise<Stopped> {
    const stopped = this.#message<Stopped>('stopped')
    this.#child.send({ type: 'stop' })
    const message = await stopped
    const end = await within(this.ended, 'the service had stopped but something kept its process alive')
    if (end !== 'exited with code 0') throw new Error(`the service stopped but ${end}`)
    return message
  }

  /** For every way out that is not `stop()`. Does nothing to a process that has ended. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #message<T extends FromService>(type: T['type']): Promise<T> {
    const arrived = new Promise<T>((resolve, reject) => {
      this.#child.on('message', (message: FromService) => {
        if (message.type === type) resolve(message as T)
      })
      void this.ended.then((end) => reject(new Error(`the service ${end} before it was "${type}"`)))
    })
    return within(arrived, `the service was not "${type}" within ${LONGEST_MS / 1000} s`)
  }
}

async function within<T>(promise: Promise<T>, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), LONGEST_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

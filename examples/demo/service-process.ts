import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type FromService, type Listening, RECEIVER_URL, SCRATCH_FOLDER, type Stopped } from './service/messages'

const START_MS = 10_000
const STOP_MS = 8_000

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
    const { port } = await this.#message<Listening>('listening', START_MS)
    return `http://127.0.0.1:${port}`
  }

  /** Asks the service to flush and end, and waits until it has. */
  async stop(): Promise<Stopped> {
    const stopped = this.#message<Stopped>('stopped', STOP_MS)
    this.#child.send({ type: 'stop' })
    const message = await stopped
    const end = await within(this.ended, STOP_MS, 'the service had stopped but something kept its process alive')
    if (end !== 'exited with code 0') throw new Error(`the service stopped but ${end}`)
    return message
  }

  /** For every way out that is not `stop()`. Does nothing to a process that has ended. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #message<T extends FromService>(type: T['type'], timeoutMs: number): Promise<T> {
    const arrived = new Promise<T>((resolve, reject) => {
      this.#child.on('message', (message: FromService) => {
        if (message.type === type) resolve(message as T)
      })
      void this.ended.then((end) => reject(new Error(`the service ${end} before it was "${type}"`)))
    })
    return within(arrived, timeoutMs, `the service was not "${type}" within ${timeoutMs / 1000} s`)
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), timeoutMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

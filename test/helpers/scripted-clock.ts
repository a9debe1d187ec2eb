import { createRequire } from 'node:module'
import { createClock } from '@sinonjs/fake-timers'

const require = createRequire(__filename)
const clockOfPackage: Record<string, unknown> = require('../../dist/clock.js')
/** A reading of 0 is none to the sampler. */
const beginMs = 1000

/**
 * The clock and the timers of the package, as the test sets them, and the clock on the wall. To be made before anything of
 * the package is: what is there already goes by the real ones.
 */
export class ScriptedClock implements Disposable {
  readonly #clock = createClock(Date.parse('2030-01-01T00:00:00Z'))
  readonly #before = { ...clockOfPackage }
  readonly #wallBefore = Date.now
  /** How long each timer was to wait that was set by `setTimeout()`, in ms. */
  readonly delaysMs: number[] = []

  constructor() {
    const { setInterval, clearInterval, clearTimeout } = this.#clock
    const setTimeout = (work: () => void, ms: number) => {
      this.delaysMs.push(ms)
      return this.#clock.setTimeout(work, ms)
    }
    Object.assign(clockOfPackage, { setTimeout, setInterval, clearInterval, clearTimeout })
    clockOfPackage.performanceNow = () => this.now
    Date.now = () => this.#clock.Date.now()
  }

  [Symbol.dispose](): void {
    Object.assign(clockOfPackage, this.#before)
    Date.now = this.#wallBefore
  }

  /** `performance.now()`, in ms. */
  get now(): number {
    return beginMs + this.#clock.performance.now()
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#clock.countTimers()
  }

  /** Time goes by; what is due is done. */
  async pass(ms: number): Promise<void> {
    await this.#clock.tickAsync(ms)
  }

  /** The process stands still for so long: then each timer that is due fires once. */
  stopFor(ms: number): void {
    this.#clock.jump(ms)
  }

  /** The clock on the wall is set anew. */
  setWall(at: string): void {
    this.#clock.setSystemTime(Date.parse(at))
  }
}

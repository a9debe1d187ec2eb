/** What one would write by hand: a timer that reads what Node.js reports of the process, and keeps it. */
export class IntervalSampler {
  /** When by `performance.now()`; CPU time in µs, resident memory in bytes. */
  readonly rows: [timeMs: number, cpuUs: number, rss: number][] = []
  readonly #timer: NodeJS.Timeout

  constructor(periodMs: number) {
    this.#timer = setInterval(() => {
      const { user, system } = process.cpuUsage()
      this.rows.push([performance.now(), user + system, process.memoryUsage.rss()])
    }, periodMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

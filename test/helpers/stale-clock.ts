/** Random numbers that are the same in each run. */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** When a core works for the process, in ms. */
export type Work = readonly { from: number; to: number }[]

/** Works and rests by turns, each of them for `meanMs` on average. */
export function turns(random: () => number, meanMs: number, untilMs: number): Work {
  const work: { from: number; to: number }[] = []
  const length = () => -meanMs * Math.log(1 - random())
  for (let time = length(); time < untilMs; ) {
    const to = time + length()
    work.push({ from: time, to })
    time = to + length()
  }
  return work
}

/**
 * A process on several cores, the first of which reads its CPU clock. What that says of the others is as of the last
 * tick of their schedulers, or of when they last stopped working: as of Linux.
 */
export class StaleClock {
  readonly #cores: { work: Work; phase: number }[]
  readonly #tickMs: number

  constructor(cores: readonly Work[], tickMs: number, random: () => number) {
    this.#cores = cores.map((work) => ({ work, phase: random() * tickMs }))
    this.#tickMs = tickMs
  }

  /** What the process really used until then, in ms. */
  truth(time: number): number {
    return this.#cores.reduce((used, { work }) => used + workUntil(work, time), 0)
  }

  /** What its clock says, in ms. */
  read(time: number): number {
    return this.#cores.reduce((used, { work, phase }, core) => {
      const tick = phase + Math.floor((time - phase) / this.#tickMs) * this.#tickMs
      const running = work.find(({ from, to }) => from <= time && time < to)
      const known = core === 0 || running === undefined ? time : Math.max(running.from, tick)
      return used + workUntil(work, known)
    }, 0)
  }
}

function workUntil(work: Work, time: number): number {
  return work.reduce((used, { from, to }) => used + Math.max(0, Math.min(to, time) - from), 0)
}

interface Sample {
  time: number
  cpu: number
  memory: number
}

/** What one would write by hand: sample objects in an array, the window found by their times and then looked through. */
export class SampleRing {
  readonly #samples: Sample[] = []

  /** A sample each unit of time. */
  constructor(count: number) {
    for (let time = 0; time < count; time++) {
      this.#samples.push({ time, cpu: (time * 7919) % 101, memory: time * 4096 })
    }
  }

  stats(from: number, to: number) {
    let [cpu, cpuMin, cpuMax] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    let [memory, memoryMin, memoryMax] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const first = this.#firstFrom(from)
    let i = first
    for (; i < this.#samples.length && this.#samples[i]!.time <= to; i++) {
      const sample = this.#samples[i]!
      cpu += sample.cpu
      if (sample.cpu < cpuMin) cpuMin = sample.cpu
      if (sample.cpu > cpuMax) cpuMax = sample.cpu
      memory += sample.memory
      if (sample.memory < memoryMin) memoryMin = sample.memory
      if (sample.memory > memoryMax) memoryMax = sample.memory
    }
    const count = i - first
    return { count, cpuAvg: cpu / count, cpuMin, cpuMax, memoryAvg: memory / count, memoryMin, memoryMax }
  }

  #firstFrom(time: number): number {
    let [low, high] = [0, this.#samples.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#samples[middle]!.time < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

import { type CostTotals, RatioControl } from '../../dist/trace-sampling/ratio-control.js'

/** What a traced service does, at a given second. CPU in ms to a span. */
export interface Load {
  roots: number
  spans: number
  startMs: number
  endMs: number
  exportMs: number
  unsampledMs: number
  /** Sampled traces per second that began elsewhere. */
  remote: number
  /** Roots that come at the same moment. */
  clump: number
  /** Whether the event loop is blocked: whatever comes waits. */
  blocked: boolean
  /** What the first span that is turned down in this second takes more, in ms. */
  pauseMs: number
}

export const usual: Load = {
  ...{ roots: 1000, spans: 10, startMs: 0.003, endMs: 0.004, exportMs: 0.007, unsampledMs: 0.0005 },
  ...{ remote: 0, clump: 1, blocked: false, pauseMs: 0 },
}

export interface Second {
  /** CPU of the spans that were sampled or turned down in this second, whenever it is spent, in percent of a core. */
  decided: number
  /** CPU that was spent in this second, in percent of a core. */
  spent: number
  ratio: number
  roots: number
}

export interface Simulation {
  load(second: number): Partial<Load>
  seconds: number
  budgetPercent?: number
  minRatio?: number
}

/** The control law on a clock and at costs that are made up. The same every time. */
export function simulate({ load, seconds, budgetPercent = 2, minRatio = 0.001 }: Simulation): Second[] {
  const random = generator(42)
  const limits = { budgetMs: budgetPercent * 10, minRatio, maxRatio: 1, ratio: 1 }
  const costs: CostTotals = {
    ...{ unsampledMs: 0, startMs: 0, endMs: 0, exportMs: 0 },
    ...{ started: 0, ended: 0, exported: 0 },
  }
  const control = new RatioControl(0, costs)
  const { decisions } = control
  const ending: { ms: number; spans: number; at: Load }[] = []
  let queue: { spans: number; at: Load }[] = []
  let waiting = 0
  const results: Second[] = []

  for (let second = 0; second < seconds; second++) {
    const now = { ...usual, ...load(second) }
    const before = total(costs)
    let { pauseMs } = now
    const result: Second = { decided: 0, spent: 0, ratio: 0, roots: 0 }
    for (let ms = second * 1000; ms < (second + 1) * 1000; ms++) {
      const arrived = random() < (now.roots / now.clump / 1000) % 1 ? 1 : 0
      waiting += (Math.floor(now.roots / now.clump / 1000) + arrived) * now.clump
      if (now.blocked) continue
      for (; waiting > 0; waiting--) root(ms)
      if (random() < now.remote / 1000) remote(ms)
      while (ending[0] !== undefined && ending[0].ms <= ms) end(ending.shift()!)
      if (ms % 5000 === 4321) flush()
    }
    result.decided /= 10
    result.spent = (total(costs) - before) / 10
    result.ratio = limits.ratio
    results.push(result)

    function root(ms: number): void {
      const sampled = random() < limits.ratio
      result.roots++
      decisions.roots++
      if (sampled) decisions.sampledRoots++
      else decisions.unsampledSpans += now.spans
      if (control.isDue(ms)) control.update(ms, { ...costs }, queue.length > 0, [limits])
      if (sampled) start(ms)
      else {
        costs.unsampledMs += now.spans * now.unsampledMs + pauseMs
        pauseMs = 0
        result.decided += now.spans * now.unsampledMs
      }
    }

    function remote(ms: number): void {
      decisions.remoteSampled++
      start(ms)
    }

    function start(ms: number): void {
      costs.started += now.spans
      costs.startMs += now.spans * now.startMs
      result.decided += now.spans * (now.startMs + now.endMs + now.exportMs)
      ending.push({ ms: ms + 20, spans: now.spans, at: now })
    }
  }
  return results

  function end({ spans, at }: { spans: number; at: Load }): void {
    costs.ended += spans
    costs.endMs += spans * at.endMs
    queue.push({ spans, at })
  }

  /** As a batch processor every five seconds. */
  function flush(): void {
    for (const { spans, at } of queue) {
      costs.exported += spans
      costs.exportMs += spans * at.exportMs
    }
    queue = []
  }
}

function total({ unsampledMs, startMs, endMs, exportMs }: CostTotals): number {
  return unsampledMs + startMs + endMs + exportMs
}

/** Evenly distributed in [0, 1): xorshift. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

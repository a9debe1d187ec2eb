import { createRequire } from 'node:module'
import { createMonitor } from 'spanmeter'
import { type Alert, type AlertRule, createAlerts } from 'spanmeter/alerts'
import { expect, test, vi } from 'vitest'
import { ScriptedClock } from './scripted-clock'

// Rules over what the JavaScript sampler saw, with all clocks, the memory and the CPU time of the process as the test sets
// them: minutes go by at once. Rules are looked at each second, and all that happens does so at a whole second, to which
// times are rounded.

const cores: { cores(): number } = createRequire(__filename)('../../dist/backend/js/cores.js')

/** What the process has or does, and for how many seconds; or what is done to it. */
export type Step =
  | readonly ['memory', megabytes: number, seconds: number]
  | readonly ['cpu', percent: number, seconds: number]
  | readonly ['stop', seconds: number]
  | readonly ['wall', at: string]
  | readonly ['add', name: string]
  | readonly ['remove', name: string]

export type Scene = readonly [
  name: string,
  rule: Partial<AlertRule>,
  steps: readonly Step[],
  expected: readonly string[],
]

export const memoryRule: AlertRule = {
  ...{ name: 'memory', metric: 'memory.bytes', condition: 'greater_than', threshold: 100e6 },
  cooldownMs: 0,
}
export const cpuRule: AlertRule = { ...memoryRule, name: 'cpu', metric: 'cpu.percent', threshold: 50, averageMs: 500 }

export function playAll(rule: AlertRule, scenes: readonly Scene[]): void {
  test.each(scenes)('%s', async (_name, changes, steps, expected) => {
    expect(await play({ ...rule, ...changes }, steps)).toEqual(expected)
  })
}

/**
 * What listeners and a channel are given, and when: in seconds since the start. With what only one of them was given it says
 * so. What fires or is pending in the end comes last.
 */
async function play(rule: AlertRule, steps: readonly Step[]): Promise<string[]> {
  using clock = new ScriptedClock()
  using process = new ScriptedProcess()
  const seen = new Seen(clock)
  const monitor = createMonitor({ backend: 'js', periodMs: 20, whenIdle: 'sample', sources: ['memory'] })
  await using alerts = createAlerts({ monitor, rules: [rule], channels: [seen.by('channel')] })
  alerts.on('firing', seen.by('listener')).on('resolved', seen.by('listener'))
  for (const [what, value, seconds] of steps) {
    if (what === 'wall') clock.setWall(value)
    else if (what === 'add') alerts.add({ ...rule, name: value })
    else if (what === 'remove') expect(alerts.remove(value)).toBe(true)
    else if (what === 'stop') clock.stopFor(value * 1000)
    else if (what === 'memory') process.rss = value * 1e6
    for (let ms = 0; ms < 1000 * (seconds ?? 0); ms += 10) {
      if (what === 'cpu') process.cpuUs += value * 100
      await clock.pass(10)
    }
    // What was begun meanwhile goes on.
    await clock.pass(0)
  }
  const { firing, pending } = alerts.health()
  await alerts.close()
  monitor[Symbol.dispose]()
  expect(clock.timers).toBe(0)
  return [...seen.lines, ...firing.map((name) => `${name} fires`), ...pending.map((name) => `${name} is pending`)]
}

/** What Node.js reports of this process. It has one core, on which no CPU clock is behind. */
class ScriptedProcess implements Disposable {
  rss = 50e6
  cpuUs = 0
  readonly #mocks: readonly { mockRestore(): void }[]

  constructor() {
    const usage = process.resourceUsage()
    this.#mocks = [
      vi.spyOn(cores, 'cores').mockReturnValue(1),
      vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => this.rss),
      vi
        .spyOn(process, 'resourceUsage')
        .mockImplementation(() => ({ ...usage, userCPUTime: this.cpuUs, systemCPUTime: 0 })),
    ]
  }

  [Symbol.dispose](): void {
    for (const mock of this.#mocks) mock.mockRestore()
  }
}

/** Alerts as lines of text, each with those who got it. */
class Seen {
  readonly #clock: ScriptedClock
  readonly #beginMs: number
  readonly #found = new Map<string, Set<string>>()

  constructor(clock: ScriptedClock) {
    this.#clock = clock
    this.#beginMs = clock.now
  }

  get lines(): string[] {
    return [...this.#found].map(([text, whom]) => (whom.size > 1 ? text : `${text} (${[...whom].join()} only)`))
  }

  by(whom: string): (alert: Alert) => void {
    return ({ name, state, startedAt, endedAt, durationMs }) => {
      const until = endedAt === undefined ? '' : `-${wallAt(endedAt).slice(5)}`
      const when = `${wallAt(startedAt)}${until}, ${seconds(durationMs)} s`
      const text = `${seconds(this.#clock.now - this.#beginMs)}: ${name} ${state}, ${when}`
      this.#found.set(text, (this.#found.get(text) ?? new Set()).add(whom))
    }
  }
}

/** The year and the time of day. */
function wallAt(date: Date): string {
  const rounded = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString()
  return `${rounded.slice(0, 4)} ${rounded.slice(11, 19)}`
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}

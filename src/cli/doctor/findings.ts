import { figure, percent } from './figures.js'
import type { Finding, Report } from './report.js'

export type Facts = Omit<Report, 'format' | 'works' | 'verdict' | 'findings'>

/** The settings of `spanmeter/register` in the environment. */
export interface Settings {
  enabled: boolean
  warnings: readonly string[]
}

const levels = ['problem', 'warning', 'note'] as const
/** A reading of the clock that takes longer is a system call. */
const slowClockNs = 200

/** What a reader of the facts should notice, the worst first. */
export function findings(facts: Facts, settings: Settings): Finding[] {
  const all = [
    ...aboutSampler(facts),
    ...aboutSources(facts),
    ...aboutRates(facts),
    ...aboutMachine(facts),
    ...aboutSettings(settings),
    ...aboutOpenTelemetry(facts.openTelemetry),
  ]
  return levels.flatMap((level) => all.filter((finding) => finding.level === level))
}

type Found = Generator<Finding, void, void>
const problem = (id: string, text: string, advice: string): Finding => ({ id, level: 'problem', text, advice })
const warning = (id: string, text: string, advice: string): Finding => ({ id, level: 'warning', text, advice })
const note = (id: string, text: string, advice: string | null): Finding => ({ id, level: 'note', text, advice })

function* aboutSampler({ sampler: { backend, reason }, machine }: Facts): Found {
  if (backend === null) yield problem('no-sampler', `No sampler can be started: ${reason}.`, 'Please report this.')
  if (backend !== 'js') return
  const text = `The JavaScript sampler stands in: ${reason}.`
  yield warning('js-sampler', text, `${howToGetTheNative(reason ?? '', machine.platform)} ${blindness}`)
}

const blindness =
  'The JavaScript sampler is blind while the event loop is blocked, and measures no own CPU time of spans.'

function howToGetTheNative(reason: string, platform: string): string {
  if (platform !== 'linux') return 'It is for Linux.'
  if (reason.includes('addons is disabled')) return 'Start Node.js without --no-addons, which may be in NODE_OPTIONS.'
  if (reason.includes('cannot start')) return 'It needs a thread and memory: check the limits of the process.'
  return 'Install the package on the machine that it runs on, and copy its folder prebuilds with it.'
}

const without: Record<string, string> = {
  threads: 'The CPU time of threads that run may be stale by a scheduler tick.',
  memory: 'No span or metric has memory.',
  faults: 'No span or metric has page faults and context switches.',
  schedstat: 'No span or metric has the time of waiting for a CPU (resource.cpu.wait_ms).',
  io: 'No span or metric has I/O.',
  network: 'No span or metric has the network.',
  cgroup: 'No span or metric has throttling (resource.cpu.throttled_ms).',
}

function* aboutSources({ sampler, sources }: Facts): Found {
  if (sampler.backend !== 'native') return
  for (const { name, available, reason } of sources) {
    if (!available) yield note(`source-${name}`, `${name} cannot be read: ${reason}.`, without[name] ?? null)
  }
}

function* aboutRates({ rates, budget }: Facts): Found {
  const trial = rates.find(({ periodMs }) => periodMs === 1)
  if (trial !== undefined && trial.heldPercent < 99) {
    const [[cause] = ['']] = Object.entries(trial.missedTicks).sort(([, a], [, b]) => b - a)
    const text = `At 1 kHz only ${percent(trial.heldPercent)} of the ticks were held; most others: ${cause}.`
    yield warning('missed-ticks', text, 'The machine was busy, perhaps. Extremes may be missed, totals stay exact.')
  }
  if (budget?.periodReason !== 'budget') return
  yield note(
    'budget',
    `To stay within ${percent(budget.maxOverheadPercent)} of one core it samples each ${figure(budget.periodMs)} ms, ` +
      `not each ${budget.wantedPeriodMs} ms.`,
    'Totals stay exact. SPANMETER_MAX_OVERHEAD_PERCENT or maxOverheadPercent allows it more; 0 is no limit.',
  )
}

function* aboutMachine({ machine, cgroup, kernel, sampler }: Facts): Found {
  const limit = cgroup?.cpuLimit ?? null
  if (cgroup?.throttledPeriods && limit !== null) {
    const times = `in ${cgroup.throttledPeriods} periods of ${figure(cgroup.cpuPeriodMs ?? 0)} ms`
    const text = `The CPU quota of ${figure(limit)} cores ran out ${times}: threads were kept from running.`
    yield warning('throttled', text, 'Raise the CPU limit. resource.cpu.throttled_ms shows which spans were hit.')
  } else if (limit !== null && limit < machine.usableCpus) {
    const text = `A CPU quota allows ${figure(limit)} of ${machine.usableCpus} CPUs.`
    yield note('cpu-quota', text, 'Beyond it threads are kept from running, the sampler with them.')
  }
  if (machine.usableCpus === 1) {
    const advice = 'It may miss ticks while the application is busy. Totals stay exact.'
    yield note('one-cpu', 'The sampler shares the one usable CPU with the application.', advice)
  }
  if ((kernel.clockReadingNs ?? 0) > slowClockNs) {
    const text = `A reading of the clock takes ${figure(kernel.clockReadingNs!)} ns; its source is ${kernel.clockSource}.`
    yield warning('slow-clock', text, 'Spans and samples cost more. See whether the machine has a faster clock source.')
  }
  if (sampler.backend === 'native' && kernel.seccomp === 'filter') {
    const advice = 'It may miss more ticks above 1 kHz while all CPUs are busy.'
    yield note('seccomp', 'System calls are filtered: the sampler does not ask for a short time slice.', advice)
  }
}

function* aboutSettings({ enabled, warnings }: Settings): Found {
  if (!enabled) {
    const text = 'The environment switches spanmeter/register off.'
    yield warning(
      'switched-off',
      text,
      'Look at SPANMETER_ENABLED, RESOURCE_ATTRIBUTION_ENABLED and OTEL_SDK_DISABLED.',
    )
  }
  for (const text of warnings) yield warning('variable', `${text}.`, 'Correct the environment variable.')
}

function* aboutOpenTelemetry({ packages, apiCopies, attach }: Facts['openTelemetry']): Found {
  if (packages.length === 0) {
    const text = 'No OpenTelemetry package is found from the current directory.'
    yield note('no-opentelemetry', text, 'To see how spanmeter attaches, run it in the folder of the application.')
    return
  }
  if (apiCopies.length > 1) {
    const which = apiCopies.map(({ version, path }) => `${version} in ${path}`).join(', ')
    const text = `There are ${apiCopies.length} copies of @opentelemetry/api: ${which}.`
    yield warning(
      'api-copies',
      text,
      'Copies that do not fit together lose spans. `npm ls @opentelemetry/api` shows where they come from.',
    )
  }
  if (attach === null) {
    yield note('no-sdk', 'There is the OpenTelemetry API but no SDK for tracing that could be tried.', null)
  } else if (attach.error !== null) {
    const apart = attach.error.includes("'@opentelemetry/api'")
    const advice = apart ? 'Install spanmeter beside the application: npm install spanmeter' : 'Please report this.'
    yield problem('attach', `${attach.sdk}: ${attach.error}.`, advice)
  } else if (attach.writesIn === 'onEnd') {
    const text = `${attach.sdk} has no onEnding: attributes are added to the finished span.`
    yield note('on-end', text, 'It works. SDK 2.3 and later have the hook that is meant for it.')
  }
}

import type { MissedTicks, MonitorHealth, Source } from '../../health.js'
import type { AttachedBy } from '../../sdk/provider.js'

/**
 * What `spanmeter doctor --json` prints. Every field is there; null means that the value is unknown on this machine.
 * The names of times say their unit; CPU percentages are of one core.
 */
export interface Report {
  /** Another number when a field goes away or changes its meaning. New fields may come at any time. */
  format: 1
  /** The sampler that works; null: none does. */
  works: 'native' | 'js' | null
  /** The result in a sentence or two. */
  verdict: string
  /** What is worth knowing, the worst first. */
  findings: Finding[]
  versions: { spanmeter: string; node: string; v8: string; uv: string; nodeApi: string }
  machine: MachineFacts
  cgroup: CgroupFacts | null
  kernel: KernelFacts
  sampler: SamplerFacts
  sources: SourceFacts[]
  rates: RateTrial[]
  /** What the default budget makes of the default period. Null where the native sampler does not work. */
  budget: BudgetTrial | null
  openTelemetry: OpenTelemetryFacts
  /** The version of prom-client that the application would load. */
  promClient: string | null
}

export interface Finding {
  /** A name that stays the same, as `budget`. */
  id: string
  level: 'problem' | 'warning' | 'note'
  text: string
  advice: string | null
}

export interface MachineFacts {
  platform: string
  arch: string
  /** Release of the operating system's kernel. */
  kernel: string
  /** As `glibc 2.36`. */
  libc: string | null
  cpuModel: string | null
  cpus: number
  /** Those that this process may use. */
  usableCpus: number
  memoryBytes: number
  /** Whether the CPU says that it is virtual. */
  virtual: boolean | null
  /** `docker`, `podman` or `kubernetes`, by the marks that these leave; null where there are none. */
  container: string | null
}

/** As the sampler sees it: the tightest limits of the own cgroup and those above it. */
export interface CgroupFacts {
  version: 1 | 2
  /** In cores; null: no limit. */
  cpuLimit: number | null
  cpuQuotaMs: number | null
  cpuPeriodMs: number | null
  /** Null: no limit. */
  memoryLimitBytes: number | null
  /** Since the cgroup exists: periods in which the quota ran out, and the time of all CPUs that this took. */
  throttledPeriods: number | null
  throttledMs: number | null
}

export interface KernelFacts {
  /** CONFIG_HZ. */
  tickHz: number | null
  /**
   * By how much `process.cpuUsage()` was seen to be stale, for threads other than the caller. Null where it could not be
   * seen, as on a busy machine.
   */
  staleMs: number | null
  /** What the kernel reads its clock from. */
  clockSource: string | null
  clockResolutionNs: number | null
  /** What a reading of the clock takes. */
  clockReadingNs: number | null
  /** Whether system calls are filtered. */
  seccomp: 'off' | 'strict' | 'filter' | null
  timerSlackNs: number | null
  samplerTimerSlackNs: number | null
  /** The time slice of the sampler thread; 100000 where it was given the short one that it asks for (Linux 6.12). */
  samplerSliceNs: number | null
}

export interface SamplerFacts {
  backend: 'native' | 'js' | null
  /** Why it is not the native one. */
  reason: string | null
  /** The binary that was loaded, relative to the folder of the package, unless it is said to lie elsewhere. */
  binary: string | null
  /** The version of Node-API that the binary needs. */
  nodeApi: number | null
}

export interface SourceFacts {
  /** `threads`: the CPU clocks. */
  name: 'threads' | Source
  available: boolean
  /** Why it is not available. */
  reason: string | null
  /** What a reading takes with warm caches, in microseconds: the median of many in a row. */
  costUs: number | null
  /** The smallest step of its figures, as `1 ns`. */
  resolution: string | null
}

/** How the sampler kept a period for a moment, in a process that did nothing else. No limit of its CPU. */
export interface RateTrial {
  periodMs: number
  durationMs: number
  samples: number
  missedTicks: MissedTicks
  achievedHz: number
  /** Samples in percent of the ticks that were due. */
  heldPercent: number
  /** How late samples were taken. */
  latenessMs: { p50: number; p99: number; max: number }
  /** CPU of the sampler. */
  cpuPercent: number
}

export interface BudgetTrial {
  maxOverheadPercent: number
  wantedPeriodMs: number
  /** The period in force in the end, and why it is what it is. */
  periodMs: number
  periodReason: MonitorHealth['periodReason']
  cpuPercent: number
}

export interface OpenTelemetryFacts {
  /** Those that were found. */
  packages: FoundPackage[]
  /** All copies of `@opentelemetry/api` that these and the application would load. One is right. */
  apiCopies: FoundPackage[]
  /** What became of a span of the application's SDK. Null where none was found. */
  attach: AttachTrial | null
}

export interface FoundPackage {
  name: string
  version: string
  /** Relative to the current directory, or from the first `node_modules` on if it lies elsewhere. */
  path: string
}

export interface AttachTrial {
  /** The package and the class of the tracer provider. */
  sdk: string
  provider: string
  /** The provider's private list of processors, or its method. */
  by: AttachedBy | null
  /** Where the attributes were written. `onEnd`: the SDK has no `onEnding`, which came with 2.3. */
  writesIn: 'onEnding' | 'onEnd' | null
  /** How many attributes of ours the span had. */
  attributes: number
  error: string | null
}

import type { MonitorHealth, Source } from './health.js'
/**
 * The public types. Times are `performance.now()` milliseconds of the calling thread; CPU percentages are of ONE core
 * (196 means nearly two cores busy); memory is in bytes. A value that the machine does not have is absent, never 0.
 */

export interface MonitorOptions {
  /** Wanted sampling period in ms, 0.05 … 60000. Monitors of one process share a sampler: the shortest period wins. Default 1. */
  periodMs?: number
  /** How much full-resolution history to keep, in ms. Default 30000. */
  historyMs?: number
  /**
   * How much of one core the native sampler thread may use, in percent; 0: no limit. When samples at the wanted period
   * cost more, the period is lengthened and `health()` says so. The most generous monitor of the process wins. The
   * JavaScript sampler has no thread and keeps its period. Default 1.
   */
  maxOverheadPercent?: number
  /**
   * Limit for reading the clocks at the start and end of spans, in percent of the JavaScript thread that runs them; 0: no
   * limit. What is not read is derived from the samples: see `health().edges`. Default 1.
   */
  maxSpanOverheadPercent?: number
  /** `'park'`: sample only while a mark, a span or a measurement is open; `'sample'`: always. Default `'park'`. */
  whenIdle?: 'park' | 'sample'
  /** Which optional sources to read. Default: all. */
  sources?: readonly Source[]
  /**
   * `'auto'` takes the native sampler where its binary loads and the pure-JavaScript one elsewhere. Default `'auto'`.
   *
   * The one in JavaScript reads the CPU time of the process from `process.resourceUsage()`, which may be a tick of the
   * scheduler (10 ms, 16 on Windows) behind for each thread that runs but the caller. So the extremes and percentiles of
   * its `cpu`, and the points of `samples()`, are those of pieces of time in which that is 1 %: 0.5 s on two cores, 1 s on
   * many, 1.6 s on Windows. In a shorter window all of them are the average. That may be wrong by as much as a tick for
   * each other core, but is never more than the cores can give: where it would be, it is the average of a time that begins
   * a tick earlier, and `timeMs` is the part of it that falls on the window.
   */
  backend?: 'auto' | 'native' | 'js'
  /**
   * Whether `measure()` also returns the CPU time that the work itself ran on the JavaScript thread. That takes hooks
   * at every await while the work runs, and the native sampler. Default true.
   */
  attribution?: boolean
}

export interface MeasureOptions {
  /**
   * Whether to find out which functions the work ran, by V8's CPU profile, which samples the thread each millisecond while
   * such work runs. Beginning and ending it takes milliseconds. Default false.
   */
  profile?: boolean
}

/** Which functions of JavaScript a piece of work ran, by V8's CPU profile. */
export interface WorkProfile {
  /** The one that ran most comes first. */
  functions: FunctionTime[]
  /** How many samples found the thread at work for it. */
  samples: number
  /** Of how many more samples it is not known for whom the thread worked. */
  lost: number
  /** Wanted time between samples in ms. */
  periodMs: number
}

export interface FunctionTime {
  /** `'(anonymous)'` if it has none; in brackets what is none, as `'(garbage collector)'` and, for native code, `'(program)'`. */
  name: string
  /** File and line; empty where there is none. */
  location: string
  /**
   * CPU time in ms that the work ran in the function itself: its `self.timeMs`, divided as the CPU time is that the thread
   * used from sample to sample.
   */
  selfMs: number
  samples: number
}

/** What resources the process used between two moments. */
export interface ResourceStats {
  /** Length of the window in ms. */
  durationMs: number
  /** Samples taken inside the window. Extremes and percentiles are based on them; totals are exact without any. */
  samples: number
  /**
   * Share of the window (0..1) that was sampled at the full rate. At 0 nothing was sampled: `between` then knows totals
   * only as far as there are samples before and after (over which it spreads them evenly), and has none where there are
   * none.
   */
  coverage: number
  /** Longest time without a sample inside the window, in ms. */
  maxGapMs: number
  /** CPU time of the sampler itself in the window, in ms. Not part of `cpu`. Absent where nothing is known of it. */
  overheadMs?: number
  /**
   * CPU of the whole process without the sampler, from the CPU clocks of its threads. Percentiles are weighted by time;
   * of more than 32 samples they come from a histogram and are off by at most 1/64 of themselves (or 0.05). Absent where
   * nothing is known of the window: `between` of a time without a sample before it or after it.
   */
  cpu?: { timeMs: number; avg: number; min: number; max: number; p50: number; p95: number; p99: number }
  /**
   * CPU of the calling JavaScript thread, from its CPU clock; `waitMs` is the time it was runnable without a CPU
   * (`run_delay` of /proc/self/task/TID/schedstat). Absent where the thread's clock cannot be read.
   */
  thread?: { timeMs: number; avg: number; max: number; waitMs?: number }
  /**
   * Only of `measure()`: CPU time that the calling JavaScript thread spent on the measured work and on nothing else that
   * ran meanwhile, from the thread's CPU clock and the turns between asynchronous contexts. `timeMs` is without nested
   * `measure()`s, `totalMs` with them; `othersMs` is what the thread spent on everything else meanwhile; `avg` is `timeMs` in
   * percent of the duration. Absent without the native sampler, and in Bun and Deno.
   */
  self?: { timeMs: number; avg: number; totalMs: number; othersMs: number }
  /** Resident set in bytes, from /proc/self/statm. `peak` is the highest the process ever had (`ru_maxrss`). */
  memory?: { avg: number; min: number; max: number; start: number; end: number; peak: number }
  /** Page faults, from getrusage(2): minor without I/O, major with. */
  faults?: { minor: number; major: number }
  /** Context switches of all threads but the sampler, from getrusage(2). */
  contextSwitches?: { voluntary: number; involuntary: number }
  /**
   * Bytes fetched from storage and given to it, from `read_bytes` and `write_bytes` of /proc/self/io: in whole pages, a
   * write when the page becomes dirty; hits of the page cache, sockets and files in memory do not count.
   */
  io?: { readBytes: number; writeBytes: number }
  /** Bytes of all interfaces but the loopback, from /proc/self/net/dev: of the network namespace, not of the process. */
  network?: { receiveBytes: number; transmitBytes: number }
  /**
   * Only where a cgroup (version 1 or 2) limits the process. `throttledMs`: time that threads of the cgroup were kept
   * from running by the CPU quota, added up over CPUs, as of the last reading (at most 100 ms ago). `cpuLimit` in cores;
   * `cpuOfLimit` is `cpu.avg` in percent of it; `memoryLimit` in bytes.
   */
  cgroup?: { throttledMs?: number; cpuLimit?: number; cpuOfLimit?: number; memoryLimit?: number }
}

/** One series of a plot: per point the time-weighted mean and the extremes of what the point stands for. */
export interface SampleSeries {
  avg: Float64Array
  min: Float64Array
  max: Float64Array
}

/** Samples in columns of equal length, for plots. A point stands for the time since the point before it. */
export interface SampleColumns {
  /** End of each point's interval. */
  timeMs: Float64Array
  /** Process CPU in % of one core. */
  cpu: SampleSeries
  /** CPU of the calling thread in % of one core. */
  thread?: SampleSeries
  /** Resident set in bytes. */
  memory?: SampleSeries
}

/** Counters of one moment, from `mark()`. Keeps the sampler awake until it is used by `since()` or released. */
export interface Mark extends Disposable {
  /** When the mark was made. */
  readonly timeMs: number
  /** Stops keeping the sampler awake. `since()` goes on working. */
  release(): void
}

/** A view on the sampler. Cheap: monitors of one process share one sampler thread. */
export interface ResourceMonitor extends Disposable {
  readonly backend: 'native' | 'js'
  /** Begins sampling (or stands by, with `whenIdle: 'park'`). A second call changes nothing. */
  start(): this
  /** Ends sampling for this monitor. What was sampled until then can be asked for until it is started again. */
  stop(): void
  /** Reads the counters now. Throws `SpanmeterError` `NOT_RUNNING` before `start()` and after `stop()`. */
  mark(): Mark
  /**
   * What happened since the mark. Counters are exact at both ends, however short the window; resident memory, run delay
   * and network bytes may be 50 µs old, and 1 ms where such questions follow each other closely. Releases the mark.
   */
  since(mark: Mark): ResourceStats
  /**
   * What happened between two moments. Values at the edges are interpolated between samples; the part of the window
   * that lies outside what was recorded is left out; a gap inside counts in totals and averages, but has no extremes of
   * its own. `coverage` is lower for both. Not everything is read at each sample: memory every 4 ms at the most, run
   * delay every 10 ms, faults and I/O every 20 ms, network and cgroup every 100 ms.
   */
  between(startMs: number, endMs: number): ResourceStats
  /**
   * Runs `work` and measures what happened meanwhile. Throws what `work` throws, and `DISPOSED` if the monitor was
   * disposed of. `profile` only where it was asked for and `stats.self` is known, and Node.js has its inspector.
   */
  measure<T>(
    work: () => T | Promise<T>,
    options?: MeasureOptions,
  ): Promise<{ value: T; stats: ResourceStats; profile?: WorkProfile }>
  /** The samples between two moments, folded into at most `maxPoints` points. Default 10000. */
  samples(startMs: number, endMs: number, maxPoints?: number): SampleColumns
  health(): MonitorHealth
}

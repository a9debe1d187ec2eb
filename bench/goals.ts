export type Read = (name: string, variant: string, metric: string) => number

export interface Goal {
  what: string
  case: string
  reach: string
  measured(read: Read): string
  /** The physical limit, measured in the same run where it can be. */
  limit(read: Read): string
  /** What users have today, in the same run. */
  peers(read: Read): string
  /** Whether it is one of those that a user decides by. */
  forUsers?: true
}

const percent = (value: number) => `${value.toFixed(1)} %`
const micro = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} µs`
const milli = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)}×`

const rates = ['1', '4', '10', '20'].map((rate) => `${rate} kHz`)
const longest = '1000000 samples'

/** What the figures are judged by, in the order of the cases. */
export const goals: readonly Goal[] = [
  {
    what: 'process CPU per 1 ms sample, one thread at a steady 100 %: p1 … p99',
    case: 'steady-load',
    reach: '99 … 101 %',
    measured: (read) => spread(read, 'native'),
    limit: () => '100 %',
    peers: (read) => `getrusage ${spread(read, 'getrusage')}`,
    forUsers: true,
  },
  {
    what: 'samples taken at 1 kHz while the event loop is blocked',
    case: 'blocked-loop',
    reach: '≥ 99.5 %',
    measured: (read) => percent(read('blocked-loop', 'native', 'samples taken')),
    limit: (read) => `empty loop ${percent(read('ticks-idle', 'empty loop', '1 kHz'))}`,
    peers: (read) => `setInterval ${percent(read('blocked-loop', 'js', 'samples taken'))}`,
    forUsers: true,
  },
  {
    what: 'CPU per sample at 1 kHz, over an empty wake-up loop',
    case: 'sample-cost',
    reach: '≤ 1.8×',
    measured: (read) => times(overLoop(read, 'native')),
    limit: () => '1×',
    peers: (read) =>
      ['setInterval sampler', 'sampler in a worker', 'pidusage', 'host-metrics']
        .map((peer) => `${peer} ${times(overLoop(read, peer))}`)
        .join(', '),
  },
  {
    what: 'wake-ups per second with no span open',
    case: 'idle-cost',
    reach: '0',
    measured: (read) => read('idle-cost', 'native', 'wake-ups of the thread that samples').toFixed(0),
    limit: () => '0',
    peers: (read) =>
      `setInterval ${read('idle-cost', 'setInterval sampler', 'wake-ups of the thread that samples').toFixed(0)}`,
  },
  {
    what: 'window over 1 000 000 samples',
    case: 'window-query',
    reach: '≤ 2 µs; ≤ 4 µs with percentiles',
    measured: (read) =>
      `${micro(read('window-query', 'core', longest))}; ${micro(read('window-query', 'core, with percentiles', longest))}`,
    limit: () => '–',
    peers: (read) =>
      ['native scan', 'JavaScript scan']
        .map((scan) => `${scan} ${micro(read('window-query', scan, longest))}`)
        .join(', '),
  },
  {
    what: 'added to a span, back to back, default attributes',
    case: 'span-cost',
    reach: '≤ 2.5 µs',
    measured: (read) => micro(addedToSpan(read, 'span-cost', 'default')),
    limit: () => '–',
    peers: (read) => `ten constant attributes ${micro(addedToSpan(read, 'span-cost', 'ten constant attributes'))}`,
    forUsers: true,
  },
  {
    what: 'the same with edges 200 µs apart',
    case: 'span-cost',
    reach: '≤ 5 µs',
    measured: (read) => micro(addedToSpan(read, 'span-cost', 'default', sparse)),
    limit: () => '–',
    peers: (read) =>
      `ten constant attributes ${micro(addedToSpan(read, 'span-cost', 'ten constant attributes', sparse))}`,
  },
  ...[
    { slower: '1.5', name: 'span-cost-slow' },
    { slower: '6', name: 'span-cost-slower' },
  ].map(
    ({ slower, name }): Goal => ({
      what: `the same, back to back, each system call ${slower} µs slower, over what it is without`,
      case: name,
      reach: '≤ 1.3×',
      measured: (read) =>
        `${times(addedToSpan(read, name, 'default') / addedToSpan(read, 'span-cost', 'default'))} (${micro(addedToSpan(read, name, 'default'))})`,
      limit: () => '1×',
      peers: (read) => `ten constant attributes ${micro(addedToSpan(read, name, 'ten constant attributes'))}`,
    }),
  ),
  {
    what: 'attribution: added to an await, each turning to another span',
    case: 'await-cost',
    reach: '≤ 60 ns on Node.js 20 and 24',
    measured: (read) => awaits(read, (of) => of('each in its own span') - of('AsyncLocalStorage alone')),
    limit: (read) => `all in one span ${awaits(read, (of) => of('all in one span') - of('AsyncLocalStorage alone'))}`,
    peers: (read) => `AsyncLocalStorage alone takes ${awaits(read, (of) => of('AsyncLocalStorage alone'))}`,
  },
  requestCost('http-throughput', 'Express service', '≤ 1.03×'),
  requestCost('http-throughput-slow', 'Express service, each system call 1.5 µs slower', '≤ 1.05×'),
  requestCost('http-bare', 'bare http service', '≤ 1.06×'),
  requestCost('http-bare-slow', 'bare http service, each system call 1.5 µs slower', '≤ 1.08×'),
  {
    what: 'requests of a saturated Express service under `spanmeter run`, over `spanmeter/register` alone',
    case: 'recorded-throughput',
    reach: '≥ 0.97×',
    measured: (read) => times(read('recorded-throughput', 'run', 'requests, over register')),
    limit: () => '1×',
    peers: () => '–',
  },
  {
    what: 'reported cost of tracing, over what recording spans adds to the CPU of a request',
    case: 'tracing-cost',
    reach: '0.75 … 1.1×',
    measured: (read) => times(reportedOver(read, 'the context alone')),
    limit: () => '1×',
    peers: (read) => `over all of tracing, the context included, ${times(reportedOver(read, 'no tracing'))}`,
  },
  {
    what: 'added to the start and end of a process by `--import spanmeter/register`, over an empty module; with a tracer provider',
    case: 'start-up',
    reach: '≤ 8 ms; ≤ 15 ms',
    measured: (read) =>
      `${milli(read('start-up', '--import', 'added') - read('start-up', 'an empty module by --import', 'added'))}; ${milli(read('start-up', '--require, with a tracer provider', 'added'))}`,
    limit: (read) => `an empty module ${milli(read('start-up', 'an empty module by --import', 'added'))}`,
    peers: (read) =>
      `plain Node.js takes ${milli(read('start-up', 'nothing more', 'without'))}; \`--require\` adds ${milli(read('start-up', '--require', 'added'))}`,
  },
  {
    what: 'resident memory that `spanmeter/register` adds to a small traced process',
    case: 'resident-memory',
    reach: '≤ 5 MB',
    measured: (read) => `${megabytes(read, 'spanmeter/register', 'added')}`,
    limit: (read) => `the same process again ${megabytes(read, 'nothing more', 'added')}`,
    peers: (read) => `OpenTelemetry itself ${megabytes(read, 'OpenTelemetry', 'added')}`,
  },
  {
    what: 'CPU of the JavaScript thread that 100 rules for alerts take, over none: all quiet; half of them firing',
    case: 'alerts',
    reach: '≤ 0.1 % of a core',
    measured: (read) =>
      `${addedByRules(read, '100 quiet rules')}; ${addedByRules(read, '100 rules, half of them firing')}`,
    limit: () => '0 %',
    peers: () => '–',
  },
  ticksHeld('idle'),
  ticksHeld('busy'),
  {
    what: 'memory of a sample, summaries included: of a million samples; of the default 30 s at 1 kHz',
    case: 'history-memory',
    reach: '≤ 64 B',
    measured: (read) => `${bytes(read, '100 s at 0.1 ms')}; ${bytes(read, '30 s at 1 ms')}`,
    limit: () => '–',
    peers: () => '–',
  },
  {
    what: 'memory after 24 h at 1 kHz, every extreme still known',
    case: 'history-memory',
    reach: '≤ 4 MB',
    measured: (read) => `${read('history-memory', '24 h through 30 s at 1 ms', 'memory').toFixed(1)} MB`,
    limit: () => '–',
    peers: () => '–',
  },
]

function ticksHeld(load: 'idle' | 'busy'): Goal {
  const name = `ticks-${load}`
  return {
    what: `ticks taken at 1, 4, 10, 20 kHz over those of an empty loop, the machine ${load}`,
    case: name,
    reach: '≥ 0.99×',
    measured: (read) => rates.map((rate) => times(read(name, 'native', `${rate}, over empty loop`))).join(', '),
    limit: (read) => rates.map((rate) => percent(read(name, 'empty loop', rate))).join(', '),
    peers: () => '–',
  }
}

function spread(read: Read, variant: string): string {
  const at = (metric: string) => read('steady-load', variant, metric).toFixed(1)
  return `${at('p1')} … ${at('p99')} %`
}

function overLoop(read: Read, variant: string): number {
  return read('sample-cost', variant, '1000 Hz, over empty loop')
}

const sparse = 'edges 200 µs apart'

function addedToSpan(read: Read, name: string, variant: string, metric = 'back to back'): number {
  return read(name, variant, metric) - read(name, 'off', metric)
}

/** On both versions of Node.js that the goal names. */
function awaits(read: Read, time: (of: (kind: string) => number) => number): string {
  const onNode = (major: number) => time((kind) => read('await-cost', `Node.js ${major}, ${kind}`, 'per await'))
  return [20, 24].map((major) => `${onNode(major).toFixed(0)} ns`).join('; ')
}

function requestCost(name: string, service: string, reach: string): Goal {
  const over = (read: Read, variant: string) => times(read(name, variant, 'CPU, over as many constant attributes'))
  return {
    what: `CPU of the JavaScript thread per request of a saturated ${service}, two spans, over as many constant attributes`,
    case: name,
    reach,
    measured: (read) => `${over(read, 'all on')}; ${over(read, 'attribution: false')} without attribution`,
    limit: () => '1×',
    peers: (read) => `OpenTelemetry alone ${over(read, 'OpenTelemetry alone')}, no tracing ${over(read, 'no tracing')}`,
  }
}

/** What was reported, over what OpenTelemetry adds to a request of the service in that variant. */
function reportedOver(read: Read, without: string): number {
  const cpu = (variant: string) => read('tracing-cost', variant, 'CPU')
  return read('tracing-cost', 'OpenTelemetry, measured', 'reported') / (cpu('OpenTelemetry') - cpu(without))
}

function addedByRules(read: Read, variant: string): string {
  return `${(read('alerts', variant, 'CPU') - read('alerts', 'no rules', 'CPU')).toFixed(3)} %`
}

function megabytes(read: Read, variant: string, metric: string): string {
  return `${read('resident-memory', variant, metric).toFixed(1)} MB`
}

function bytes(read: Read, variant: string): string {
  return `${read('history-memory', variant, 'of each sample').toFixed(0)} B`
}

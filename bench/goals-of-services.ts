import { atLeast, atMost, type Format, type Goal, judged, mega, micro, milli, nano, type Read, times } from './goal.js'

/** What spans, and all that goes on beside them, cost a service. */
export const serviceGoals: readonly Goal[] = [
  {
    what: 'added to a span, back to back, default attributes',
    case: 'span-cost',
    reach: '≤ 2.5 µs',
    measured: (read) => atMost(2.5, addedToSpan(read, 'span-cost', 'default'), micro),
    limit: () => '–',
    peers: (read) => `ten constant attributes ${micro(addedToSpan(read, 'span-cost', 'ten constant attributes'))}`,
    forUsers: true,
  },
  {
    what: 'the same with edges 200 µs apart',
    case: 'span-cost',
    reach: '≤ 5 µs',
    measured: (read) => atMost(5, addedToSpan(read, 'span-cost', 'default', sparse), micro),
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
        `${atMost(1.3, addedToSpan(read, name, 'default') / addedToSpan(read, 'span-cost', 'default'), times)}: ${micro(addedToSpan(read, name, 'default'))}`,
      limit: () => '1×',
      peers: (read) => `ten constant attributes ${micro(addedToSpan(read, name, 'ten constant attributes'))}`,
    }),
  ),
  {
    what: 'attribution: added to an await, each turning to another span',
    case: 'await-cost',
    reach: '≤ 60 ns on Node.js 20 and 24',
    measured: (read) =>
      awaits(
        read,
        (of) => of('each in its own span') - of('AsyncLocalStorage alone'),
        (value) => atMost(60, value, nano),
      ),
    limit: (read) => `all in one span ${awaits(read, (of) => of('all in one span') - of('AsyncLocalStorage alone'))}`,
    peers: (read) => `AsyncLocalStorage alone takes ${awaits(read, (of) => of('AsyncLocalStorage alone'))}`,
  },
  requestCost('http-throughput', 'Express service', 1.03),
  requestCost('http-throughput-slow', 'Express service, each system call 1.5 µs slower', 1.05),
  requestCost('http-bare', 'bare http service', 1.06),
  requestCost('http-bare-slow', 'bare http service, each system call 1.5 µs slower', 1.08),
  {
    what: 'requests of a saturated Express service under `spanmeter run`, over `spanmeter/register` alone',
    case: 'recorded-throughput',
    reach: '≥ 0.97×',
    measured: (read) => atLeast(0.97, read('recorded-throughput', 'run', 'requests, over register'), times),
    limit: () => '1×',
    peers: () => '–',
  },
  {
    what: 'reported cost of tracing, over what recording spans adds to the CPU of a request',
    case: 'tracing-cost',
    reach: '0.75 … 1.1×',
    measured: (read) =>
      judged(times(reportedOver(read, 'the context alone')), (shown) => shown >= 0.75 && shown <= 1.1),
    limit: () => '1×',
    peers: (read) => `over all of tracing, the context included, ${times(reportedOver(read, 'no tracing'))}`,
  },
  {
    what: 'added to the start and end of a process by `--import spanmeter/register`, over an empty module; with a tracer provider',
    case: 'start-up',
    reach: '≤ 8 ms; ≤ 15 ms',
    measured: (read) =>
      `${atMost(8, read('start-up', '--import', 'added') - read('start-up', 'an empty module by --import', 'added'), milli)}; ${atMost(15, read('start-up', '--require, with a tracer provider', 'added'), milli)}`,
    limit: (read) => `an empty module ${milli(read('start-up', 'an empty module by --import', 'added'))}`,
    peers: (read) =>
      `plain Node.js takes ${milli(read('start-up', 'nothing more', 'without'))}; \`--require\` adds ${milli(read('start-up', '--require', 'added'))}`,
  },
  {
    what: 'resident memory that `spanmeter/register` adds to a small traced process',
    case: 'resident-memory',
    reach: '≤ 5 MB',
    measured: (read) => atMost(5, read('resident-memory', 'spanmeter/register', 'added'), mega),
    limit: (read) => `the same process again ${mega(read('resident-memory', 'nothing more', 'added'))}`,
    peers: (read) => `OpenTelemetry itself ${mega(read('resident-memory', 'OpenTelemetry', 'added'))}`,
  },
  {
    what: 'time that 100 rules for alerts take of a busy JavaScript thread: all quiet; half of them firing',
    case: 'alerts',
    reach: '≤ 0.1 %',
    measured: (read) =>
      ['100 quiet rules', '100 rules, half of them firing']
        .map((variant) => atMost(0.1, read('alerts', variant, 'busy'), (value) => `${value.toFixed(2)} %`))
        .join('; '),
    limit: () => '0 %',
    peers: () => '–',
  },
]

const sparse = 'edges 200 µs apart'

function addedToSpan(read: Read, name: string, variant: string, metric = 'back to back'): number {
  return read(name, variant, metric) - read(name, 'off', metric)
}

/** On both versions of Node.js that the goal names. */
function awaits(read: Read, time: (of: (kind: string) => number) => number, show: Format = nano): string {
  const onNode = (major: number) => time((kind) => read('await-cost', `Node.js ${major}, ${kind}`, 'per await'))
  return [20, 24].map((major) => show(onNode(major))).join('; ')
}

function requestCost(name: string, service: string, most: number): Goal {
  const ratio = (read: Read, variant: string) => read(name, variant, 'CPU, over as many constant attributes')
  const over = (read: Read, variant: string) => times(ratio(read, variant))
  return {
    what: `CPU of the JavaScript thread per request of a saturated ${service}, two spans, over as many constant attributes`,
    case: name,
    reach: `≤ ${most}×`,
    measured: (read) =>
      `${atMost(most, ratio(read, 'all on'), times)}; ${over(read, 'attribution: false')} without attribution`,
    limit: () => '1×',
    peers: (read) => `OpenTelemetry alone ${over(read, 'OpenTelemetry alone')}, no tracing ${over(read, 'no tracing')}`,
  }
}

/** What was reported, over what OpenTelemetry adds to a request of the service in that variant. */
function reportedOver(read: Read, without: string): number {
  const cpu = (variant: string) => read('tracing-cost', variant, 'CPU')
  return read('tracing-cost', 'OpenTelemetry, measured', 'reported') / (cpu('OpenTelemetry') - cpu(without))
}

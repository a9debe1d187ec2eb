import { atLeast, atMost, bare, type Goal, mega, micro, milli, percent, type Read, times, whole } from './goal.js'
import { serviceGoals } from './goals-of-services.js'

const rates = ['1', '4', '10', '20'].map((rate) => `${rate} kHz`)
const longest = '1000000 samples'

/** What the figures are judged by, in the order of the cases. */
export const goals: readonly Goal[] = [
  {
    what: 'process CPU per 1 ms sample, one thread at a steady 100 %: p1 … p99',
    case: 'steady-load',
    reach: '99 … 101 %',
    measured: (read) =>
      `${atLeast(99, read('steady-load', 'native', 'p1'), bare)} … ${atMost(101, read('steady-load', 'native', 'p99'), percent)}`,
    limit: () => '100 %',
    peers: (read) => `getrusage ${spread(read, 'getrusage')}`,
    forUsers: true,
  },
  {
    what: 'samples taken at 1 kHz while the event loop is blocked',
    case: 'blocked-loop',
    reach: '≥ 99.5 %',
    measured: (read) => atLeast(99.5, read('blocked-loop', 'native', 'samples taken'), percent),
    limit: (read) => `empty loop ${percent(read('ticks-idle', 'empty loop', '1 kHz'))}`,
    peers: (read) => `setInterval ${percent(read('blocked-loop', 'js', 'samples taken'))}`,
    forUsers: true,
  },
  {
    what: 'CPU per sample at 1 kHz, over an empty wake-up loop',
    case: 'sample-cost',
    reach: '≤ 1.8×',
    measured: (read) => atMost(1.8, overLoop(read, 'native'), times),
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
    measured: (read) => atMost(0, read('idle-cost', 'native', 'wake-ups of the thread that samples'), whole),
    limit: () => '0',
    peers: (read) =>
      `setInterval ${whole(read('idle-cost', 'setInterval sampler', 'wake-ups of the thread that samples'))}`,
  },
  {
    what: 'window over 1 000 000 samples',
    case: 'window-query',
    reach: '≤ 2 µs; ≤ 4 µs with percentiles',
    measured: (read) =>
      `${atMost(2, read('window-query', 'core', longest), micro)}; ${atMost(4, read('window-query', 'core, with percentiles', longest), micro)}`,
    limit: () => '–',
    peers: (read) =>
      ['native scan', 'JavaScript scan']
        .map((scan) => `${scan} ${micro(read('window-query', scan, longest))}`)
        .join(', '),
  },
  ...serviceGoals,
  {
    what: 'page of a report with 4 × 1 000 000 points and 100 000 spans: drawn; a frame of zooming and moving; file',
    case: 'report-page',
    reach: '≤ 3 s; ≤ 100 ms; ≤ 25 MB',
    measured: (read) => {
      const of = (metric: string) => read('report-page', 'a quarter of an hour and more', metric)
      const frame = Math.max(of('zoom in'), of('move'), of('zoom out'))
      const seconds = (value: number) => `${value.toFixed(1)} s`
      return [atMost(3, of('drawn') / 1000, seconds), atMost(100, frame, milli), atMost(25, of('file'), mega)].join(
        '; ',
      )
    },
    limit: () => 'a frame 17 ms',
    peers: () => '–',
  },
  ticksHeld('idle'),
  ticksHeld('busy'),
  {
    what: 'memory of a sample, summaries included: of a million samples; of the default 30 s at 1 kHz',
    case: 'history-memory',
    reach: '≤ 64 B',
    measured: (read) =>
      ['100 s at 0.1 ms', '30 s at 1 ms']
        .map((variant) => atMost(64, read('history-memory', variant, 'of each sample'), (value) => `${whole(value)} B`))
        .join('; '),
    limit: () => '–',
    peers: () => '–',
  },
  {
    what: 'memory after 24 h at 1 kHz, every extreme still known',
    case: 'history-memory',
    reach: '≤ 4 MB',
    measured: (read) => atMost(4, read('history-memory', '24 h through 30 s at 1 ms', 'memory'), mega),
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
    measured: (read) =>
      rates.map((rate) => atLeast(0.99, read(name, 'native', `${rate}, over empty loop`), times)).join(', '),
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

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pictureOf } from './picture.js'
import { cpuPercent, type Report, timesOf } from './report.js'
import type { Soaked } from './samples.js'

const root = join(__dirname, '../../..')

/** Leaves the figures for the page on reliability, and the picture in it. */
export function publish(soaked: Soaked, report: Report): void {
  const results = join(root, 'bench/results/reliability')
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'soak.json'), `${JSON.stringify(resultOf(soaked, report), undefined, 2)}\n`)
  writeFileSync(join(root, 'docs/soak.svg'), pictureOf(soaked, report))
}

function resultOf(soaked: Soaked, { rows, halfHours, complaints }: Report) {
  const { beginning, samples, warnings } = soaked
  const { machine } = beginning
  const last = samples.at(-1)!
  const perHour = (value: number) => (value / halfHours).toFixed(2)
  const trends = rows.map(({ name, mean, growth, verdict }) => [
    name,
    `${mean.toFixed(2)}; per hour ${perHour(growth.low)} … ${perHour(growth.high)}: ${verdict}`,
  ])
  return {
    command: `npm run soak -- --hours ${beginning.hours} --rate ${beginning.rate}`,
    date: beginning.date.slice(0, 10),
    machine: `${machine.cpu}, ${machine.kernel}, Node.js ${machine.node}`,
    figures: {
      'hours soaked': Number((last.seconds / 3600).toFixed(2)),
      requests: last.requests,
      'requests without an answer': last.failed,
      'spans exported': last.spans,
      'of them with their cost': last.attributed,
      'alerts that arrived': last.alerts,
      'threads that came and went': last.workers,
      disturbances: timesOf(soaked),
      'CPU of the service, % of a core': Number(cpuPercent(last).toFixed(1)),
      ...Object.fromEntries(trends),
      warnings: warnings.length,
      failures: complaints.length,
    },
    notes: [
      'Each trend is that of the second half: mean, and bounds of its growth with a confidence of 95 %.',
      ...(beginning.noCgroup === undefined ? [] : [`There was no memory pressure: ${beginning.noCgroup}.`]),
      ...(soaked.ended ? [] : ['This is what was seen so far; the soak had not come to its end.']),
      ...warnings.map(({ seconds, message }) => `After ${seconds.toFixed(0)} s: ${message}`),
      ...complaints,
    ],
  }
}

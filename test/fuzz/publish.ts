import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import { found } from './found.js'
import { type Result, root } from './result.js'

/** They come last. */
const [inAll, mended] = ['inputs in all', 'faults found and mended']
const file = `${root}/bench/results/reliability/fuzzing.json`

interface Published {
  command: string
  date: string
  machine: string
  figures: Record<string, string | number>
  notes: string[]
}

/** Figures of targets that did not run this time stay as they were. */
export function publish(results: readonly Result[]): void {
  const { [inAll]: _sum, [mended]: _count, ...figures } = figuresBefore()
  for (const { name, about, inputs, reached, lines } of results) {
    figures[`inputs of ${name}: ${about}`] = inputs
    if (lines > 0) figures[`lines reached by ${name}, of those that read it`] = `${reached} of ${lines}`
  }
  const counts = Object.entries(figures).filter(([key]) => key.startsWith('inputs of '))
  const published: Published = {
    command: 'npm run fuzz',
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} CPUs, Node.js ${process.versions.node}`,
    figures: {
      ...figures,
      [inAll]: counts.reduce((sum, [, count]) => sum + Number(count), 0),
      [mended]: found.length,
    },
    notes: found.map(({ what }) => what),
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(published, undefined, 2)}\n`)
}

function figuresBefore(): Published['figures'] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Published).figures
  } catch {
    return {}
  }
}

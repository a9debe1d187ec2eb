import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import { found } from './found.js'
import { type Result, root } from './result.js'

const file = `${root}/bench/results/reliability/fuzzing.json`

interface Published {
  command: string
  date: string
  machine: string
  figures: Record<string, string | number>
  notes: string[]
}

/** Of a run of all targets. `command`: by which it comes again. */
export function publish(results: readonly Result[], command: string): void {
  const figures: Published['figures'] = {}
  for (const { name, about, inputs, reached, lines } of results) {
    figures[`inputs of ${name}: ${about}`] = inputs
    if (lines > 0) figures[`lines reached by ${name}, of those that read it`] = `${reached} of ${lines}`
  }
  const published: Published = {
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} CPUs, Node.js ${process.versions.node}`,
    figures: {
      ...figures,
      'inputs in all': results.reduce((sum, { inputs }) => sum + inputs, 0),
      'faults found and mended': found.length,
    },
    notes: found.map(({ what }) => what),
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(published, undefined, 2)}\n`)
}

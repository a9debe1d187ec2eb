import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { keepCorpus, nativeNames, runNative } from './native.js'
import { publish } from './publish.js'
import type { Limits, Result } from './result.js'
import { runScript, scriptNames } from './script.js'

const usage = `npm run fuzz -- [--inputs N | --seconds S] [--only NAME]... [--seed N] [--keep] [--publish]
  --inputs N    how many inputs each target is given; slow ones get a tenth to a ten thousandth of them
  --seconds S   for how long instead; default 4
  --only NAME   one target, which may be said again: ${[...scriptNames, ...nativeNames].join(', ')}
  --seed N      where random inputs begin; default another each time. The first half of those of a target in
                JavaScript begins at 1, and a target of the core with the inputs of native/test/fuzz/corpus
  --keep        puts inputs that reached more into native/test/fuzz/corpus
  --publish     puts the figures of all targets into bench/results/reliability/fuzzing.json

Exits with 1 if a target did with an input what it should not. The input is shown: of a target in JavaScript as
its seed, which --only NAME --seed N --seconds 1 gives it again in the second half, and of a target of the core as a file.`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string' },
      seconds: { type: 'string', default: '4' },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      keep: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return void console.log(usage)
  const all = [...scriptNames, ...nativeNames]
  for (const name of values.only) {
    if (!all.includes(name)) throw new Error(`--only must be one of ${all.join(', ')}, got '${name}'\n${usage}`)
  }
  if (values.publish && values.only.length > 0)
    throw new Error(`--publish is for all targets, not --only some\n${usage}`)
  const limits: Limits = {
    inputs: values.inputs === undefined ? undefined : positive('--inputs', values.inputs),
    seconds: positive('--seconds', values.seconds),
  }
  const seed = positive('--seed', values.seed)
  const names = values.only.length > 0 ? values.only : all
  console.log(`random inputs begin at --seed ${seed}`)
  const results = await runAll(names, (name) =>
    nativeNames.includes(name) ? runNative(name, limits) : runScript(name, limits, seed),
  )
  show(results)
  if (results.some(({ failure }) => failure !== undefined)) {
    process.exitCode = 1
    return
  }
  if (values.keep) for (const name of names) if (nativeNames.includes(name)) keepCorpus(name)
  if (values.publish) publish(results, `npm run fuzz -- ${process.argv.slice(2).join(' ')}`)
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new Error(`${option} must be a number above 0, got '${text}'\n${usage}`)
}

/** As many at once as there are CPUs, in their order. */
async function runAll(names: readonly string[], run: (name: string) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  const left = [...names]
  const next = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const result = await run(name)
      results.push(result)
      console.log(`${name}: ${result.failure ?? `${result.inputs} inputs`}`)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, next))
  return results
}

function show(results: readonly Result[]): void {
  const head = ['target', 'what is fuzzed', 'inputs', 'a second', 'lines reached']
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right', 'right'],
  })
  for (const { name, about, inputs, seconds, reached, lines, failure } of results) {
    const coverage = lines === 0 ? '' : `${reached} of ${lines}`
    table.push([name, about, failure === undefined ? inputs : 'FAILED', Math.round(inputs / seconds) || 0, coverage])
  }
  console.log(String(table))
  const failed = results.filter(({ failure }) => failure !== undefined).length
  console.log(`fuzzing: ${results.length - failed} passed, ${failed} failed`)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

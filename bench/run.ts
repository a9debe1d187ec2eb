import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Case, type Metric, median, type Result } from './case.js'
import { programPath } from './native.js'

/** Runs a case: its variants in turn, as often as it asks for, and takes the median of each number. */
export async function runCase(wanted: Case, repeats: number): Promise<Result[]> {
  const results = new Map<string, Result>()
  const variants = wanted.variants.filter((variant) => wanted.missing?.(variant) === undefined)
  for (let repeat = 0; repeat < repeats; repeat++) {
    // Back and forth (A B, B A, …): a drift of the machine hits no variant more than another.
    const order = repeat % 2 === 0 ? variants : [...variants].reverse()
    for (const variant of order) {
      for (const { metric, value, unit } of await runOnce(wanted, variant)) {
        const key = `${variant}\0${metric}`
        const result = results.get(key) ?? { case: wanted.name, variant, metric, value: 0, unit, runs: [] }
        result.runs.push(value)
        results.set(key, result)
      }
    }
  }
  const measured = [...results.values()]
  const all = [...measured, ...ratios(measured, wanted.baseline)]
  for (const result of all) result.value = median(result.runs)
  return all.sort((a, b) => wanted.variants.indexOf(a.variant) - wanted.variants.indexOf(b.variant))
}

/** Each number over that of the baseline in the same repeat: a machine that was slow then was so for both. */
function ratios(results: readonly Result[], baseline: string | undefined): Result[] {
  return results.flatMap((result) => {
    const base = results.find(({ variant, metric }) => variant === baseline && metric === result.metric)
    if (base === undefined || base === result) return []
    const runs = result.runs.map((value, repeat) => value / (base.runs[repeat] ?? Number.NaN))
    return [{ ...result, metric: `${result.metric}, over ${baseline}`, unit: '×', runs }]
  })
}

async function runOnce({ name, node, slowSyscalls }: Case, variant: string): Promise<Metric[]> {
  const nodePath = node?.(variant) ?? process.execPath
  const how =
    slowSyscalls === undefined
      ? { execPath: nodePath }
      : { execPath: programPath('slow_syscalls'), execArgv: [String(slowSyscalls), nodePath] }
  const child = fork(join(__dirname, 'child.js'), [name, variant], how)
  const exit = once(child, 'exit')
  let metrics: Metric[] | undefined
  child.once('message', (message) => {
    metrics = message as Metric[]
  })
  const [code, signal] = await exit
  if (metrics === undefined || code !== 0)
    throw new Error(`${name} ${variant} failed: ${signal ?? `exit code ${code}`}`)
  return metrics
}

import type { Outcome, Second } from './messages.js'

interface Runs {
  all: Outcome
  kept: Outcome
}

/** As Markdown: each second of the run with the sampler, and what each of the loads cost in all runs. */
export function report(runs: Runs, loads: readonly number[]): string {
  const { kept } = runs
  const traces = kept.spansOfTraces.length
  return `\`\`\`text
${timeline(kept.seconds)}
\`\`\`

${summary(runs, loads)}

All ${traces} traces that were sampled arrived with each of their ten spans.`
}

function timeline(seconds: readonly Second[]): string {
  const rows = seconds.map(({ requests, ratio, tracing }, i) => {
    const bar = '█'.repeat(Math.round(tracing * 8))
    const figures = [String(i + 1).padStart(3), String(requests).padStart(10), ratio.toFixed(3).padStart(7)]
    return `${figures.join('  ')}  ${tracing.toFixed(2).padStart(9)}  ${bar}`.trimEnd()
  })
  return ['  s  requests/s    ratio  tracing %', ...rows].join('\n')
}

/** The second half of the first two loads, when everything has settled. */
function summary({ all, kept }: Runs, loads: readonly number[]): string {
  const rows = loads.flatMap((load) => {
    const row = (name: string, outcome: Outcome) => {
      const { ratio, tracing } = settled(outcome, load)
      return `| ${load} | ${name} | ${ratio.toFixed(3)} | ${tracing.toFixed(2)} |`
    }
    return [row('all sampled', all), row('`OverheadSampler`', kept)]
  })
  return ['| requests/s | | ratio | tracing, % of a core |', '|---|---|---|---|', ...rows].join('\n')
}

function settled({ seconds }: Outcome, load: number): { ratio: number; tracing: number } {
  const begin = seconds.findIndex(({ perSecond }) => perSecond === load)
  const after = seconds.slice(begin).findIndex(({ perSecond }) => perSecond !== load)
  const later = seconds.slice(begin + Math.floor(after / 2), begin + after)
  const mean = (of: (second: Second) => number) => later.reduce((sum, second) => sum + of(second), 0) / later.length
  return { ratio: mean(({ ratio }) => ratio), tracing: mean(({ tracing }) => tracing) }
}

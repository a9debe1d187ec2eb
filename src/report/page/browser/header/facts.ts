import type { ReportData, ReportProcess, ReportProfile, ReportSampler } from '../../../data.js'
import { formatBytes, formatCount, formatMs } from '../format.js'

/** A fact of the report. One that limits what can be concluded is marked. */
export interface Fact {
  name: string
  text: string
  caution?: boolean
}

export function programFacts({ program, machine }: ReportData): Fact[] {
  const limits = [
    machine.cpuLimit === undefined ? '' : `limited to ${machine.cpuLimit} cores`,
    machine.memoryLimit === undefined ? '' : `limited to ${formatBytes(machine.memoryLimit)} of memory`,
  ]
  const cores = machine.cores === 1 ? '1 core' : `${machine.cores} cores`
  const parts = [machine.model, cores, formatBytes(machine.memoryBytes), machine.kernel, ...limits]
  return [
    {
      name: 'Started',
      text: new Date(program.startedAt)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z/, ' UTC'),
    },
    { name: 'Ran', text: formatMs(program.durationMs) },
    { name: 'Ended', ...ending(program.end) },
    { name: 'Node.js', text: program.node },
    { name: 'Machine', text: parts.filter((part) => part !== '').join(' · ') },
  ]
}

function ending(end: ReportData['program']['end']): Omit<Fact, 'name'> {
  if (end === null) return { text: 'unknown: the recording stops before the end', caution: true }
  const how = end.signal !== undefined ? `by ${end.signal}` : end.code !== undefined ? `with exit code ${end.code}` : ''
  const text = [how, end.why ?? ''].filter((part) => part !== '').join(': ')
  return { text: text === '' ? 'not known how' : text, caution: end.signal !== undefined || (end.code ?? 0) !== 0 }
}

const causes: Readonly<Record<string, string>> = {
  throttled: 'throttled by the cgroup',
  stopped: 'process stopped',
  suspended: 'machine suspended',
  starved: 'no CPU for the sampler',
  imprecise: 'too close for a precise rate',
  unknown: 'of unknown cause',
}

/** How far the numbers of a process can be trusted. */
export function samplerFacts({ sampler, profile }: ReportProcess): Fact[] {
  const missed = Object.entries(sampler.missedTicks).filter(([, count]) => count > 0)
  const total = missed.reduce((sum, [, count]) => sum + count, 0)
  const byCause = missed
    .map(([cause, count]) => `${formatCount(count)} ${causes[cause] ?? `cause ${cause}`}`)
    .join(', ')
  const facts: Fact[] = [
    backendFact(sampler),
    periodFact(sampler),
    { name: 'Samples', text: formatCount(sampler.samples) },
    { name: 'Coverage', text: share(sampler.coverage), caution: sampler.coverage < 0.99 },
    { name: 'Longest gap', text: formatMs(sampler.maxGapMs) },
    {
      name: 'Missed ticks',
      text: total === 0 ? 'none' : `${formatCount(total)}: ${byCause}`,
      caution: sampler.coverage < 0.99 && total > 0,
    },
  ]
  if (profile !== undefined) facts.push(profileFact(profile))
  if (sampler.thinned !== undefined) facts.push({ name: 'Thinned', text: sampler.thinned, caution: true })
  return facts
}

/** What a profile rests on, what it took and what is missing. */
function profileFact({ periodMs, samples, lost, costMs, removed }: ReportProfile): Fact {
  const parts = [
    `each ${formatMs(periodMs)}`,
    `${formatCount(samples)} samples`,
    `writing it took the thread ${formatMs(costMs)}`,
    ...(lost > 0 ? [`of ${formatCount(lost)} samples it is not known for whom they were`] : []),
    ...(removed > 0 ? ['its beginning was removed'] : []),
  ]
  return { name: 'CPU profile', text: parts.join(' · '), caution: lost > 0.01 * samples || removed > 0 }
}

function backendFact({ backend, backendReason }: ReportSampler): Fact {
  if (backend === 'native') return { name: 'Sampler', text: 'native' }
  const why = backendReason === undefined ? '' : `: ${backendReason}`
  return {
    name: 'Sampler',
    text: `a JavaScript timer, which sees nothing while the loop is blocked${why}`,
    caution: true,
  }
}

const periodReasons: Readonly<Record<string, string>> = {
  budget: 'to keep to its budget',
  timer: 'the shortest of a JavaScript timer',
}

function periodFact({ periodMs, lengthened }: ReportSampler): Fact {
  if (lengthened === undefined) return { name: 'Period', text: formatMs(periodMs) }
  const { wantedMs, longestMs, reason } = lengthened
  const why = periodReasons[reason] === undefined ? '' : `, ${periodReasons[reason]}`
  const most =
    longestMs > periodMs ? `${formatMs(periodMs)} at the end, ${formatMs(longestMs)} at most` : formatMs(periodMs)
  return { name: 'Period', text: `${most}${why}; ${formatMs(wantedMs)} was wanted`, caution: true }
}

/** Cut, not rounded: what is not whole never reads as 100 %. */
function share(part: number): string {
  return Number.isFinite(part) ? `${Math.floor(part * 100_00) / 100} %` : 'unknown'
}

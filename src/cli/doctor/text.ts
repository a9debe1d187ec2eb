import { bytes, figure, hertz, percent } from './figures.js'
import { entry, paragraph, table } from './layout.js'
import type { Finding, Report } from './report.js'

/** Makes a piece of text stand out on a terminal. */
type Style = (text: string) => string
interface Styles {
  heading: Style
  level: Record<Finding['level'], Style>
}

const sgr = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`
const plain: Style = (text) => text
const coloured: Styles = { heading: sgr(1), level: { problem: sgr(31), warning: sgr(33), note: sgr(36) } }
const bare: Styles = { heading: plain, level: { problem: plain, warning: plain, note: plain } }

/** The report for a person, in 80 columns. */
export function toText(report: Report, colours: boolean): string {
  const styles = colours ? coloured : bare
  const section = (title: string, body: string) => (body === '' ? '' : `\n${styles.heading(title)}\n${body}`)
  return [
    styles.heading(paragraph(report.verdict).trimEnd()),
    '\n',
    section('Findings', report.findings.map((finding) => findingText(finding, styles)).join('')),
    section('Versions', versionsText(report)),
    section('Machine', machineText(report)),
    section('Kernel', kernelText(report)),
    section('Sampler', samplerText(report)),
    section('Sources', sourcesText(report)),
    section('Rates, without a limit of CPU', ratesText(report)),
    section('OpenTelemetry', openTelemetryText(report)),
  ].join('')
}

function findingText({ level, text, advice }: Finding, styles: Styles): string {
  const label = `  ${level}: `
  const body = paragraph(text, label)
  const styled = `  ${styles.level[level](`${level}:`)} ${body.slice(label.length)}`
  return styled + (advice === null ? '' : paragraph(advice, ' '.repeat(label.length)))
}

/** Entries whose value is known. */
function entries(values: Record<string, string | number | null | false>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === null || value === false ? '' : entry(name, String(value))))
    .join('')
}

function versionsText({ versions, promClient }: Report): string {
  const { spanmeter, node, v8, uv, nodeApi } = versions
  const own = { spanmeter, 'Node.js': node, V8: v8, libuv: uv, 'Node-API': nodeApi }
  return entries({ ...own, 'prom-client': promClient })
}

function machineText({ machine, cgroup }: Report): string {
  const { platform, arch, kernel, libc, cpuModel, cpus, usableCpus, memoryBytes, virtual, container } = machine
  return entries({
    system: `${platform} ${kernel}, ${arch}`,
    libc,
    CPU: cpuModel,
    CPUs: `${cpus}, of which ${usableCpus} can be used`,
    memory: bytes(memoryBytes),
    virtual: virtual === null ? 'unknown' : virtual ? 'yes' : 'no',
    container: container ?? 'no sign of one',
    cgroup: cgroup === null ? 'unknown or none' : `version ${cgroup.version}; ${cgroupText(cgroup)}`,
  })
}

function cgroupText(cgroup: NonNullable<Report['cgroup']>): string {
  const { cpuLimit, cpuQuotaMs, cpuPeriodMs, memoryLimitBytes, throttledPeriods, throttledMs } = cgroup
  const quota = cpuLimit !== null && `${figure(cpuLimit)} CPUs (${figure(cpuQuotaMs!)} of ${figure(cpuPeriodMs!)} ms)`
  const memory = memoryLimitBytes !== null && `${bytes(memoryLimitBytes)} of memory`
  const times = throttledPeriods === null ? '' : `; throttled ${throttledPeriods} times, ${figure(throttledMs!)} ms`
  return `${quota || 'no limit of CPU'}, ${memory || 'no limit of memory'}${times}`
}

function kernelText({ kernel }: Report): string {
  const { tickHz, staleMs, clockSource, clockResolutionNs, clockReadingNs, seccomp, timerSlackNs } = kernel
  const { samplerTimerSlackNs, samplerSliceNs } = kernel
  const slack = samplerTimerSlackNs === null ? '' : `, of the sampler ${samplerTimerSlackNs} ns`
  return entries({
    tick: tickHz === null ? 'unknown' : `${tickHz} Hz`,
    'stale CPU clock': staleMs === null ? 'unknown' : `process.cpuUsage() by ${figure(staleMs)} ms, seen from outside`,
    clock: clockSource,
    'clock resolution':
      clockResolutionNs !== null && `${clockResolutionNs} ns; a reading takes ${figure(clockReadingNs!)} ns`,
    seccomp,
    'timer slack': timerSlackNs !== null && `${timerSlackNs} ns${slack}`,
    'time slice': samplerSliceNs === null ? 'unknown' : `${figure(samplerSliceNs / 1e6)} ms for the sampler`,
  })
}

function samplerText({ sampler, budget }: Report): string {
  const { backend, reason, binary, nodeApi } = sampler
  return entries({
    backend: backend ?? 'none',
    reason,
    binary: binary !== null && `${binary}${nodeApi === null ? '' : `, for Node-API ${nodeApi}`}`,
    budget:
      budget !== null &&
      `${percent(budget.maxOverheadPercent)}: each ${figure(budget.periodMs)} ms (${budget.periodReason}), ` +
        `which took ${percent(budget.cpuPercent)} of one core`,
  })
}

function sourcesText({ sources }: Report): string {
  if (sources.length === 0) return ''
  const rows = sources.map(({ name, available, costUs, resolution }) => [
    name,
    available ? 'read' : costUs === null ? 'lost' : 'limited',
    costUs === null ? '' : figure(costUs),
    resolution ?? '',
  ])
  const lost = sources.filter(({ available }) => !available)
  const reasons = lost.map(({ name, reason }) => paragraph(`${name}: ${reason}`, '  ')).join('')
  return table([['source', '', 'µs a reading', 'resolution'], ...rows]) + reasons
}

function ratesText({ rates }: Report): string {
  if (rates.length === 0) return ''
  const rows = rates.map(({ periodMs, achievedHz, heldPercent, latenessMs, cpuPercent }) => [
    `${periodMs} ms`,
    hertz(achievedHz),
    percent(heldPercent),
    figure(latenessMs.p50 * 1000),
    figure(latenessMs.p99 * 1000),
    figure(latenessMs.max * 1000),
    percent(cpuPercent),
  ])
  return table([['period', 'achieved', 'ticks held', 'late p50 µs', 'p99', 'max', 'of one core'], ...rows])
}

function openTelemetryText({ openTelemetry: { packages, attach } }: Report): string {
  const found = packages.map(({ name, version, path }) =>
    entry(name.replace('@opentelemetry/', ''), `${version} in ${path}`),
  )
  if (attach === null) return found.join('') || entry('packages', 'none')
  const { sdk, provider, by, writesIn, attributes, error } = attach
  const way = by === 'list' ? "the provider's list of processors" : 'addSpanProcessor()'
  const result = error ?? `${provider} by ${way}; ${attributes} attributes in ${writesIn}`
  return found.join('') + entry('attach', `${sdk}: ${result}`)
}

import { setImmediate as turn } from 'node:timers/promises'
import { type Binding, loadBinding } from '../../backend/native/binding.js'
import type { MonitorHealth } from '../../health.js'
import { readEnvironment } from '../../register/environment.js'
import { findings } from './findings.js'
import { examineKernel } from './kernel.js'
import { examineCgroup, examineMachine } from './machine.js'
import { examineOpenTelemetry } from './opentelemetry.js'
import { findPackage } from './packages.js'
import { withoutFolders } from './privacy.js'
import type { ReportProgress } from './progress.js'
import { tryBudget, tryRates } from './rates.js'
import type { Report, SamplerFacts } from './report.js'
import { describeSampler, describeSources, tryMonitor } from './sampler.js'
import { verdict } from './verdict.js'

/** Examines the machine, and what an application in `cwd` would load. Takes some seconds. */
export async function examine(cwd: string, report: ReportProgress): Promise<Report> {
  report('examining the machine')
  await turn()
  const binding = nativeBinding()
  const host = binding?.host()
  const health = await tryMonitor().catch((error: Error) => error)
  const works = health instanceof Error ? null : health.backend
  const sampler = health instanceof Error ? noSampler(health, cwd) : describeSampler(health, host, cwd)
  const facts = {
    versions: versions(),
    machine: examineMachine(),
    cgroup: examineCgroup(host),
    kernel: examineKernel(binding, host),
    sampler,
    sources: health instanceof Error ? [] : describeSources(health as MonitorHealth, binding, host),
    rates: works === null ? [] : await tryRates(works, report),
    budget: works === 'native' ? await tryBudget(report) : null,
    openTelemetry: await opentelemetry(cwd, report),
    promClient: findPackage('prom-client', cwd)?.version ?? null,
  }
  const { enabled, warnings } = readEnvironment(process.env)
  return {
    format: 1,
    works,
    verdict: verdict(works, facts),
    findings: findings(facts, { enabled, warnings }),
    ...facts,
  }
}

function nativeBinding(): Binding | undefined {
  try {
    return loadBinding()
  } catch {
    return undefined
  }
}

function noSampler({ message }: Error, cwd: string): SamplerFacts {
  return { backend: null, reason: withoutFolders(message, cwd), binary: null, nodeApi: null }
}

function versions(): Report['versions'] {
  const { version } = require('../../../package.json') as { version: string }
  const { node, v8, uv, napi } = process.versions as Record<string, string>
  return { spanmeter: version, node: node!, v8: v8!, uv: uv!, nodeApi: napi! }
}

function opentelemetry(cwd: string, report: ReportProgress): Promise<Report['openTelemetry']> {
  report('looking for OpenTelemetry')
  return examineOpenTelemetry(cwd)
}

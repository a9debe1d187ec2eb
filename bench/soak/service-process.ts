import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { MemoryGroup } from './memory-group.js'

export interface ServiceOptions {
  /** A new folder, for the recording and the rules of alerts. */
  folder: string
  /** Where its spans and alerts go. */
  receiver: string
  prometheusPort: number
  leak: number
  group: MemoryGroup | undefined
}

export const limits = { descriptors: 128, recordingMb: 8 }

/** A service with everything on, by nothing but the flag and the environment. */
export function startService({ folder, receiver, prometheusPort, leak, group }: ServiceOptions): ChildProcess {
  const alerts = join(folder, 'alerts.json')
  writeFileSync(alerts, JSON.stringify(alertsOf(receiver)))
  const flags = ['--expose-gc', '--no-warnings']
  const loaded = ['--require', join(__dirname, 'clock.js'), '--import', require.resolve('spanmeter/register')]
  const program = [join(__dirname, 'service.js'), `${receiver}/v1/traces`, String(leak)]
  const env = {
    ...process.env,
    // What the C library keeps of freed blocks, for each thread, would count as in use: it fills up for the first hour.
    GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
    SPANMETER_DETAIL: 'full',
    SPANMETER_ERRORS: 'true',
    SPANMETER_PROMETHEUS_PORT: String(prometheusPort),
    SPANMETER_ALERTS: alerts,
    SPANMETER_RECORD_DIR: join(folder, 'recording'),
    SPANMETER_RECORD_MAX_MB: String(limits.recordingMb),
  }
  // A shell enters the cgroup and sets the limit, and becomes the service.
  const shell = `${enter(group)} ulimit -n ${limits.descriptors}; exec "$@"`
  const args = ['-c', shell, 'sh', process.execPath, ...flags, ...loaded, ...program]
  return spawn('sh', args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

/** Brings a cgroup to its limit of memory, and keeps it there for a while. Returns how often it was reached. */
export async function pressMemory(group: MemoryGroup, ms: number): Promise<string> {
  const { folder, limitBytes, usedFile, reachedFile } = group
  // If the kernel has to end somebody all the same, it is this one.
  const shell = `${enter(group)} echo 1000 > /proc/$$/oom_score_adj; exec "$@"`
  const program = [join(__dirname, 'hog.js'), folder, usedFile, reachedFile, String(limitBytes), String(ms)]
  const hog = spawn('sh', ['-c', shell, 'sh', process.execPath, ...program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed, [code, signal]] = await Promise.all([text(hog.stdout), once(hog, 'exit')])
  if (code !== 0) throw new Error(`who was to take memory ended with ${signal ?? `exit code ${code}`}`)
  return `limit reached ${printed.trim()} times`
}

function enter(group: MemoryGroup | undefined): string {
  return group === undefined ? '' : `echo $$ > '${group.folder}/cgroup.procs' &&`
}

function alertsOf(receiver: string) {
  const rule = { condition: 'greater_than', cooldownMs: 0 }
  return {
    rules: [
      { ...rule, name: 'EventLoopBlocked', metric: 'loop.blocked_ms', threshold: 100 },
      { ...rule, name: 'EventLoopBusy', metric: 'thread.percent', threshold: 95, forMs: 5000 },
      { ...rule, name: 'CpuWaiting', metric: 'wait.percent', threshold: 50, forMs: 5000 },
      { ...rule, name: 'MemoryNearItsLimit', metric: 'memory.limit_percent', threshold: 90, forMs: 5000 },
      { ...rule, name: 'TracingCostsMuch', metric: 'tracing.cpu_percent', threshold: 50, forMs: 5000 },
    ],
    channels: [{ type: 'webhook', url: `${receiver}/alerts`, maxPerHour: 0 }],
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

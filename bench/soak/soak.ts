import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { machineFacts } from '../machine.js'
import { type Disturbed, disturb, inTurn } from './disturbances.js'
import { functionBytesIn } from './heap-snapshot.js'
import { makeMemoryGroup, removeMemoryGroup } from './memory-group.js'
import type { ClientAnswers, ClientQuestion, ServiceAnswers, ServiceQuestion } from './messages.js'
import { outside, scrape } from './outside.js'
import { Peer } from './peer.js'
import { SampleFile } from './samples.js'
import { freePort, startService } from './service-process.js'

export interface SoakOptions {
  count: number
  /** From one sample to the next, in seconds. */
  every: number
  /** Requests a second; 0: as many as are answered. */
  rate: number
  /** Bytes of each request that the service keeps for ever. */
  leak: number
  /** Where the samples go. */
  file: string
}

/** The service and all it has allocated fit in, with room for a hog. */
const limitBytes = 256 * 2 ** 20
/** So many cycles of all disturbances there are, if they are not closer than this, and not farther apart than that. */
const cycles = 20
const farthestSeconds = 37.5
const longestMs = 3000
/** So many snapshots of the heap there are, at even distances. */
const snapshots = 12

/** Runs a service, its load, and what disturbs it. Throws where it could not begin. */
export async function soak({ count, every, rate, leak, file }: SoakOptions): Promise<void> {
  const made = makeMemoryGroup(limitBytes)
  const [group, noCgroup] = typeof made === 'string' ? [undefined, made] : [made, undefined]
  const hours = (count * every) / 3600
  const beginning = { date: new Date().toISOString(), machine: machineFacts(), hours, every, rate }
  const lines = new SampleFile(file, noCgroup === undefined ? beginning : { ...beginning, noCgroup })
  const folder = mkdtempSync(join(tmpdir(), 'spanmeter-soak-'))
  const snapshotFile = `${folder}.heapsnapshot`
  const children: ChildProcess[] = []
  let begin = performance.now()
  const seconds = () => Math.round(performance.now() - begin) / 1000
  const fail = (what: string) => lines.write({ kind: 'failure', seconds: seconds(), what })
  const warn = (message: string) => lines.write({ kind: 'warning', seconds: seconds(), message })
  const start = (child: ChildProcess) => {
    children.push(child)
    return child
  }
  let interrupted = false
  const interrupt = () => {
    interrupted = true
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)

  try {
    const loader = start(fork(join(__dirname, 'client.js'), { execArgv: [] }))
    const client = new Peer<ClientQuestion, ClientAnswers>('load', loader, warn)
    const receiver = (await client.ready) as string
    const prometheusPort = await freePort()
    const server = start(startService({ folder, receiver, prometheusPort, leak, group }))
    const service = new Peer<ServiceQuestion, ServiceAnswers>('service', server, warn)
    const url = (await service.ready) as string
    await client.ask({ ask: 'load', url, rate })

    const stepEvery = Math.max(
      1,
      Math.min(Math.round(count / (cycles * inTurn.length)), Math.round(farthestSeconds / every)),
    )
    const ms = Math.min(longestMs, (1000 * every * stepEvery) / 4)
    const disturbed: Disturbed = { service, client, group, ms, fail }
    begin = performance.now()
    for (let i = 1; i <= count && !interrupted; i++) {
      await sleep(begin + 1000 * every * i - performance.now())
      const scraped = await scrape(`http://127.0.0.1:${prometheusPort}/metrics`)
      const inside = await service.ask({ ask: 'sample' })
      const counts = await client.ask({ ask: 'counts' })
      const seen = outside(server.pid!, folder)
      lines.write({ kind: 'sample', seconds: seconds(), ...inside, ...seen, ...scraped, ...counts })
      await service.ask({ ask: 'worker', terminate: i % 3 === 0 })
      if (i % stepEvery === 0) {
        const what = inTurn[(i / stepEvery - 1) % inTurn.length]!
        const at = seconds()
        const note = await disturb(what, disturbed)
        lines.write({ kind: 'disturbance', seconds: at, what, ...(note !== undefined && { note }) })
      }
      if ((i * snapshots) % count >= snapshots) continue
      const at = seconds()
      const codeBytes = await service.ask({ ask: 'snapshot', file: snapshotFile })
      lines.write({ kind: 'functions', seconds: at, notedBytes: functionBytesIn(snapshotFile) - codeBytes })
    }

    await client.ask({ ask: 'quiet' })
    const { failed } = await client.ask({ ask: 'counts' })
    if (failed > 0) fail(`${failed} requests were not answered`)
    await service.ask({ ask: 'stop' })
    const howService = await service.ended
    await client.ask({ ask: 'stop' })
    for (const how of [howService, await client.ended]) if (how !== undefined) fail(how)
    if (!interrupted) lines.write({ kind: 'end', seconds: seconds() })
  } catch (error) {
    fail((error as Error).message)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(children.map(gone))
    if (group !== undefined) await removeMemoryGroup(group)
    rmSync(folder, { recursive: true })
    rmSync(snapshotFile, { force: true })
  }
}

async function gone(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) await sleep(10)
}

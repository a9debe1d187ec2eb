/** The load on the service, the receiver of its spans and that of its alerts, in a process of their own. */
import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientCounts, ClientQuestion } from './messages.js'
import { answer } from './peer.js'

const visitors = 16
const counts: ClientCounts = { failed: 0, spans: 0, attributed: 0, alerts: 0 }
let loaded = false
let visits: Promise<void>[] = []

async function main(): Promise<void> {
  const receiver = createServer(async (request, response) => {
    const body = await json(request)
    if (request.url === '/alerts') countAlerts(body as Notification)
    else countSpans(body as Export)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  await answer<ClientQuestion>(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, does)
  receiver.closeAllConnections()
  receiver.close()
  process.disconnect()
}

function does(question: ClientQuestion): unknown {
  switch (question.ask) {
    case 'load':
      loaded = true
      visits = Array.from({ length: visitors }, () => visit(question.url, question.rate))
      return
    case 'counts':
      return counts
    case 'quiet':
      loaded = false
      return Promise.all(visits).then(() => {})
    case 'stop':
      return
  }
}

/** One request after the other on a connection of its own: at random moments, as many a second as this visitor's part of the rate; 0: no pauses. */
async function visit(url: string, rate: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const meanMs = rate === 0 ? 0 : (1000 * visitors) / rate
  while (loaded) {
    if (meanMs > 0) await sleep(Math.min(2 * Math.random() * meanMs, 2000))
    if (loaded && !(await isAnswered(url, agent))) counts.failed++
  }
  agent.destroy()
}

function isAnswered(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      response.resume()
      response.once('error', () => resolve(false))
      response.once('end', () => resolve(response.statusCode === 200))
    }).once('error', () => resolve(false))
  })
}

interface Export {
  resourceSpans: { scopeSpans: { spans: { attributes: { key: string }[] }[] }[] }[]
}

function countSpans({ resourceSpans }: Export): void {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  counts.spans += spans.length
  for (const { attributes } of spans) {
    if (attributes.some(({ key }) => key === 'resource.cpu.self_ms')) counts.attributed++
  }
}

interface Notification {
  alerts: { status: string }[]
}

function countAlerts({ alerts }: Notification): void {
  counts.alerts += alerts.filter(({ status }) => status === 'firing').length
}

main()

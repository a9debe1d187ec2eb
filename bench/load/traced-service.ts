import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'

/** An HTTP service whose requests have some twenty spans of their own making each, and little else to do. */
export async function serveTraced() {
  const server = createServer(async (request, response) => {
    const user = await traced('request', { 'http.target': request.url ?? '' }, handle)
    response.end(JSON.stringify(user))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

async function handle() {
  const friends = []
  for (let i = 0; i < 6; i++) {
    friends.push(await traced('friend', { 'user.id': i, 'user.kind': 'friend' }, () => load(i)))
  }
  return friends
}

async function load(id: number) {
  const row = await traced('query', { 'db.statement': 'SELECT * FROM users WHERE id = ?', 'db.rows': 1 }, async () => {
    await sleep(1)
    return { id, name: `user ${id}` }
  })
  return traced('render', { 'view.name': 'friend' }, async () => JSON.stringify(row))
}

function traced<T>(name: string, attributes: Record<string, string | number>, work: () => Promise<T>): Promise<T> {
  return trace.getTracer('service').startActiveSpan(name, async (span) => {
    span.setAttributes(attributes)
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}

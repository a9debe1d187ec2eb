import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { type Family, parseExposition } from './exposition'

interface Answer {
  status: number | undefined
  headers: IncomingHttpHeaders
  body: Buffer
}

export async function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const sent = request(url, { method, headers, agent: false }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = Buffer.concat(await response.toArray())
  return { status: response.statusCode, headers: response.headers, body }
}

/** As one scraper that has a name. */
export async function scrape({ url }: { url: string }, name = 'test'): Promise<Map<string, Family>> {
  return parseExposition((await ask(url, { 'user-agent': name })).body.toString())
}

export function closing(socket: Socket): Promise<unknown> {
  return socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve))
}

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
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

/** All that arrives over a connection until it is closed, in whichever way. */
export async function received(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await closing(socket)
  return text
}

/** Whether the kernel has the connection as open at its end on the port `local` of this machine, to that on `remote`. */
export function isOpen(local: number, remote: number): boolean {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
  return new RegExp(`:${hex(local)} \\w+:${hex(remote)} 01 `).test(readFileSync('/proc/net/tcp', 'utf8'))
}

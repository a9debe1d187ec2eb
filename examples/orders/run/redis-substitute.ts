/** As much of Redis as the example uses, in memory. Its argument is the port; it ends with its parent. */

import { createServer } from 'node:net'
import RedisParser from 'redis-parser'

type Reply = string | number | null | Error | { simple: string }

const OK = { simple: 'OK' }
const values = new Map<string, { text: string; until: number }>()
const hashes = new Map<string, Map<string, string>>()

const commands: Record<string, (...args: string[]) => Reply | Reply[]> = {
  ping: () => ({ simple: 'PONG' }),
  info: () => 'redis_version:7.0.0\r\nloading:0\r\n',
  select: () => OK,
  client: () => OK,
  quit: () => OK,
  get: (key) => currentValue(key!) ?? null,
  set: (key, text, ...options) => {
    const seconds = options[0]?.toLowerCase() === 'ex' ? Number(options[1]) : Number.POSITIVE_INFINITY
    values.set(key!, { text: text!, until: Date.now() + 1000 * seconds })
    return OK
  },
  del: (...keys) => keys.filter((key) => [values.delete(key), hashes.delete(key)].includes(true)).length,
  exists: (...keys) => keys.filter((key) => currentValue(key) !== undefined || hashes.has(key)).length,
  hsetnx: (key, field, text) => {
    const hash = hashes.get(key!) ?? new Map<string, string>()
    hashes.set(key!, hash)
    if (hash.has(field!)) return 0
    hash.set(field!, text!)
    return 1
  },
  hlen: (key) => hashes.get(key!)?.size ?? 0,
  hmget: (key, ...fields) => fields.map((field) => hashes.get(key!)?.get(field) ?? null),
}

createServer((socket) => {
  const fail = (): void => void socket.destroy()
  const parser = new RedisParser({
    returnReply: (request: string[]) => socket.write(encode(answer(request))),
    returnError: fail,
    returnFatalError: fail,
  })
  socket.on('data', (chunk) => parser.execute(chunk)).on('error', fail)
}).listen(Number(process.argv[2]), '127.0.0.1')

process.on('disconnect', () => process.exit())
// What has expired and nobody asks for any more.
setInterval(() => [...values.keys()].forEach(currentValue), 10_000).unref()

function answer([name = '', ...args]: string[]): Reply | Reply[] {
  const command = commands[name.toLowerCase()]
  return command === undefined ? new Error(`ERR the substitute for Redis has no command ${name}`) : command(...args)
}

function currentValue(key: string): string | undefined {
  const value = values.get(key)
  if (value === undefined || value.until > Date.now()) return value?.text
  values.delete(key)
  return undefined
}

function encode(reply: Reply | Reply[]): string {
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encode).join('')}`
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`
  return reply instanceof Error ? `-${reply.message}\r\n` : `+${reply.simple}\r\n`
}

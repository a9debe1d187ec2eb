import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createScrapeServer, listen } from '../dist/prometheus/server.js'
import { client, isMetrics, startEndpoint as start, stopEndpoints } from './helpers/endpoints'
import { ask, closing, received } from './helpers/scraping'

// How much of the endpoint somebody can take who means no good.

afterEach(stopEndpoints)

describe('one who takes more than there is', () => {
  test('gets no further connection, and those that are open go on', async () => {
    const { port, url } = await start()
    const clients = Array.from({ length: 80 }, () => client(port, ''))
    const closed = clients.map(() => false)
    clients.forEach((socket, i) => {
      socket.resume().once('close', () => {
        closed[i] = true
      })
    })
    await expect.poll(() => closed.filter(Boolean).length).toBe(30)
    const open = clients.find((_, i) => !closed[i])!
    const answer = received(open)
    open.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(isMetrics(await answer)).toBe(true)
    for (const socket of clients) socket.destroy()
    await expect.poll(async () => (await ask(url).catch(() => undefined))?.status).toBe(200)
  })

  test('has one scrape at a time over a connection', async () => {
    const { port } = await start()
    const asked = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const text = await received(client(port, asked.repeat(50)))
    expect(text.match(/HTTP\/1.1 200 /g)).toHaveLength(1)
    expect(text.match(/HTTP\/1.1 503 /g)).toHaveLength(1)
    // One after the other there are as many as somebody likes.
    const socket = client(port, '')
    for (let i = 0; i < 5; i++) {
      socket.write(asked)
      let answer = ''
      while (!answer.endsWith('\r\n\r\n0\r\n\r\n') && !/\n\r\n0\r\n\r\n$/.test(answer)) {
        const [chunk] = await once(socket, 'data')
        answer += chunk
      }
      expect(answer).toMatch(/^HTTP\/1.1 200 /)
    }
    socket.destroy()
  })

  test.each(['Content-Length: 1000000000', 'Transfer-Encoding: chunked'])(
    'cannot send a body without end: %s',
    async (header) => {
      const { port } = await start()
      const socket = client(port, `GET /metrics HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`)
      const stream = setInterval(() => socket.write(`400\r\n${'x'.repeat(0x400)}\r\n`), 5)
      const text = await received(socket)
      clearInterval(stream)
      expect(text).toMatch(/^HTTP\/1.1 413 /)
      expect(isMetrics(text)).toBe(false)
    },
  )

  test('cannot keep an answer on its way by taking a little of it now and then', async () => {
    const answer = 'x'.repeat(20_000_000)
    // Not by the other limit: the connection is never idle for as long.
    const limits = { answerMs: 500, idleMs: 100_000 }
    const server = createScrapeServer((_, response) => void response.end(answer), limits)
    const port = await listen(server, 0, '127.0.0.1')
    const accepted = once(server, 'connection')
    const slow = client(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    let taken = 0
    const sips = setInterval(() => {
      taken += (slow.read(1000) ?? slow.read())?.length ?? 0
    }, 20)
    slow.on('readable', () => {})
    const [socket] = (await accepted) as [Socket]
    await closing(socket)
    clearInterval(sips)
    // With what was on its way.
    slow.removeAllListeners('readable')
    const rest = await received(slow.resume())
    expect(taken + rest.length).toBeLessThan(answer.length)
    server.close()
  })

  test('gets nothing by a header without end, another protocol or a tunnel', async () => {
    const { port, url } = await start()
    const answers = [
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
      `GET /${'y'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(10_000)}\r\n`,
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      'POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
      'GET /../metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ].map(async (sends) => {
      const text = await received(client(port, sends))
      expect(isMetrics(text)).toBe(false)
      return text === '' ? 'closed' : text.split(' ')[1]
    })
    expect(await Promise.all(answers)).toEqual(['431', '431', '431', '400', '400', 'closed', '404', '405', '404'])
    expect(await ask(url)).toMatchObject({ status: 200 })
  })
})

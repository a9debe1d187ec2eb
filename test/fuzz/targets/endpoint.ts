import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type PrometheusEndpoint, startPrometheusEndpoint } from '../../../dist/prometheus/index.js'
import { damageText } from '../damage.js'
import type { Random } from '../random.js'
import { promise, type Target } from '../target.js'

let endpoint: PrometheusEndpoint | undefined
let inputs = 0

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT', 'PRI', 'get', 'G\0ET']
const paths = [
  '/metrics',
  '/',
  '/metrics?x=1',
  '*',
  '//metrics',
  '/../metrics',
  'http://a/metrics',
  '/%00',
  '/metrics#a',
]
const accepted = ['application/openmetrics-text;version=1.0.0', 'text/plain', '*/*;q=0', 'text/*;q=x;;=,,', 'a;version']
const encodings = ['gzip', 'gzip;q=0', '*', 'identity, gzip;q=0.1', ';;,=,']
const bodies = ['', '5\r\nhello\r\n0\r\n\r\n', 'ffffffffffffffff\r\n', '0\r\nx: y\r\n\r\n', 'hello']

function makeRequest(random: Random, port: number): string {
  const headers = [
    `Host: ${random.pick([`127.0.0.1:${port}`, `localhost:${port}`, 'evil.example', '', random.text()])}`,
    ...(random.chance(0.5) ? [`Accept: ${random.chance(0.8) ? random.pick(accepted) : random.text()}`] : []),
    ...(random.chance(0.5) ? [`Accept-Encoding: ${random.pick(encodings)}`] : []),
    ...(random.chance(0.2) ? [`Authorization: ${random.pick(['Bearer x', 'Basic ====', random.text()])}`] : []),
    ...(random.chance(0.2) ? [`Connection: ${random.pick(['close', 'keep-alive', 'upgrade', ','])}`] : []),
    ...(random.chance(0.1) ? ['Upgrade: h2c'] : []),
    ...(random.chance(0.1) ? ['Expect: 100-continue'] : []),
    ...(random.chance(0.1) ? ['Transfer-Encoding: chunked'] : []),
    ...(random.chance(0.1) ? [`Content-Length: ${random.pick(['5', '-1', '99999999999999999999', '5, 5'])}`] : []),
    ...(random.chance(0.05) ? [`X: ${'x'.repeat(random.below(20_000))}`] : []),
    ...(random.chance(0.05) ? Array.from({ length: random.below(3000) }, () => 'a:b') : []),
  ]
  const version = random.chance(0.9) ? '1.1' : random.pick(['1.0', '2.0', '0.9', '11', ''])
  const method = random.chance(0.7) ? 'GET' : random.pick(methods)
  const path = random.chance(0.8) ? random.pick(paths) : random.text()
  return `${method} ${path} HTTP/${version}\r\n${headers.join('\r\n')}\r\n\r\n${random.pick(bodies)}`
}

/** What the client does when all is sent: hang up, break off, wait for the other to hang up, or also no longer than something comes. */
type Last = 'end' | 'reset' | 'wait' | 'wait a little'

/** Sends the bytes in pieces, and hears out whatever comes back until there is no more of it. */
async function exchange(port: number, pieces: readonly Buffer[], last: Last): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const answer: Buffer[] = []
  socket.on('data', (data: Buffer) => answer.push(data))
  // That the other side hangs up while there is still something to send is its right.
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  for (const piece of pieces) if (!socket.destroyed) socket.write(piece)
  if (last === 'end') socket.end()
  else if (last === 'reset') socket.once('connect', () => setImmediate(() => socket.resetAndDestroy()))
  // What came before may have taken the last request for a part of its body: then nothing ever comes.
  else if (last === 'wait a little') socket.setTimeout(30, () => socket.end())
  const patience = new AbortController()
  const late = delay(30_000, 'late', { signal: patience.signal }).catch(() => '')
  const outcome = await Promise.race([closed, late])
  patience.abort()
  promise(outcome !== 'late', 'a connection ends when the client ends it')
  socket.resetAndDestroy()
  return Buffer.concat(answer).toString('latin1')
}

async function run(random: Random): Promise<void> {
  endpoint ??= await startPrometheusEndpoint({ port: 0, tracing: false })
  const { port } = endpoint
  const requests = random.list(2, () => makeRequest(random, port))
  const text = random.chance(0.1) ? random.text(200) : requests.join('')
  const last = random.pick(['wait a little', 'wait a little', 'wait a little', 'end', 'reset'] as const)
  const sent =
    (random.chance(0.6) ? damageText(random, text) : text) + (last === 'wait a little' ? lastRequest(port, '/') : '')
  const bytes = Buffer.from(sent, random.pick(['latin1', 'utf8']))
  const cut = random.below(bytes.length + 1)
  const pieces = random.chance(0.5) ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)]
  const answer = await exchange(port, pieces, last)
  promise(/^(HTTP\/1\.1 \d\d\d |$)/.test(answer), 'what comes is an answer', answer.slice(0, 300))
  // 503 is for what asks twice at once.
  promise(!/HTTP\/1\.1 50[0124]/.test(answer), 'an answer blames the request', sent, answer.slice(0, 300))
  promise(!/\n\s+at .*[:(]|node_modules|\.js:\d/.test(answer), 'no answer shows the inside', answer.slice(0, 300))
  inputs++
  if (inputs % 64 === 0) await scrape(port)
}

/** After which the server hangs up. */
function lastRequest(port: number, path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`
}

/** Whatever came before, a scrape has its answer. */
async function scrape(port: number): Promise<void> {
  const answer = await exchange(port, [Buffer.from(lastRequest(port, '/metrics'))], 'wait')
  promise(answer.startsWith('HTTP/1.1 200 '), 'a scrape is answered', answer.slice(0, 300))
  promise(/\nprocess_cpu_\w+ /.test(answer) || answer.includes('# TYPE'), 'with metrics', answer.slice(0, 600))
}

export const target: Target = {
  about: 'bytes at the Prometheus endpoint',
  covers: ['prometheus/scrapes.js', 'prometheus/negotiation.js', 'prometheus/server.js', 'prometheus/endpoint.js'],
  run,
  end: () => endpoint?.stop(),
}

import { createHash, pbkdf2, randomBytes, randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { trace } from '@opentelemetry/api'
import type { Express } from 'express'
import { SCRATCH_FOLDER } from './messages'

const derive = promisify(pbkdf2)
const compress = promisify(gzip)

const tracer = trace.getTracer('demo')

const bytes = randomBytes(6 << 20)
const text = JSON.stringify(
  Array.from({ length: 25000 }, (_, id) => ({
    id,
    name: `customer ${id}`,
    email: `customer${id}@example.com`,
    balance: ((id * 7919) % 100003) / 100,
    tags: ['retail', 'newsletter', `region-${id % 17}`],
    active: id % 3 === 0,
  })),
)

/** Routes that differ in where their time goes: the JavaScript thread, libuv's thread pool, the disk, or nowhere. */
export function addRoutes(app: Express): void {
  // CPU on the JavaScript thread, some 10 ms.
  app.get('/hash', (_request, response) => {
    response.json({ digest: createHash('sha512').update(bytes).digest('hex') })
  })

  // CPU in the thread pool: the loop stays free.
  app.get('/pbkdf2', async (_request, response) => {
    const key = await derive('correct horse battery staple', randomBytes(16), 60_000, 64, 'sha512')
    response.json({ bytes: key.length })
  })

  // CPU in the thread pool, and memory.
  app.get('/gzip', async (_request, response) => {
    response.json({ bytes: (await compress(text)).length })
  })

  // CPU and memory on the JavaScript thread.
  app.get('/json', (_request, response) => {
    response.json({ characters: JSON.stringify(JSON.parse(text)).length })
  })

  // The file system, by way of the thread pool, in spans of the route's own.
  app.get('/file', async (_request, response) => {
    const file = join(process.env[SCRATCH_FOLDER]!, randomUUID())
    try {
      await inSpan('write file', () => writeFile(file, bytes))
      const { length } = await inSpan('read file', () => readFile(file))
      response.json({ bytes: length })
    } finally {
      await rm(file, { force: true })
    }
  })

  // No work at all.
  app.get('/wait', async (_request, response) => {
    await sleep(50)
    response.json({ waited: true })
  })

  // The mistake everyone makes once: the event loop is held for 200 ms and no JavaScript timer can fire.
  app.get('/block', (_request, response) => {
    const until = performance.now() + 200
    while (performance.now() < until);
    response.json({ blocked: true })
  })
}

function inSpan<T>(name: string, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, (span) => work().finally(() => span.end()))
}

import { describe, expect, test } from 'vitest'
import { whyNoLibraries } from './helpers/asking'
import { askFixture } from './helpers/child'
import { Server, type ServerName, whyNoServer } from './helpers/servers'

// Work that is shared otherwise than by a connection: what one call does for many, and what a consumer is given.

interface Share {
  burnedMs: number
  ms: number
}

/** Nothing of what a span burned may be missing; beside it there is what the library does in the span. */
function expectBurned({ burnedMs, ms }: Share): void {
  const words = `${ms} of ${burnedMs} ms`
  expect(ms, words).toBeGreaterThan(0.98 * burnedMs)
  expect(ms, words).toBeLessThan(burnedMs + Math.max(6, 0.05 * burnedMs))
}

const obstacle = (server: ServerName) => whyNoLibraries || whyNoServer(server)

async function askWith<T>(name: ServerName, program: string): Promise<T> {
  await using server = await Server.start(name)
  return await askFixture(`shared-connections/${program}.cjs`, { args: ['--port', `${server.port}`] })
}

describe(`DataLoader${obstacle('postgresql')}`, () => {
  test.skipIf(obstacle('postgresql'))('a batch is for the span that began it', async () => {
    const { askedMs, askers } = await askWith<{ askedMs: number; askers: Share[] }>('postgresql', 'dataloader')
    const [first, ...others] = askers
    for (const other of others) expectBurned(other)
    const batchesMs = askedMs - askers.reduce((sum, { burnedMs }) => sum + burnedMs, 0)
    expect(batchesMs).toBeGreaterThan(20)
    expect(first!.ms - first!.burnedMs, `of ${batchesMs} ms`).toBeGreaterThan(0.85 * batchesMs)
  })
})

describe(`BullMQ${obstacle('redis')}`, () => {
  test.skipIf(obstacle('redis'))('each job has what it did', async () => {
    const jobs = await askWith<Share[]>('redis', 'bullmq-jobs')
    expect(jobs).toHaveLength(20)
    for (const job of jobs) expectBurned(job)
  })
})
